"""Laws of a job's arguments."""

import unittest

from awsglue.utils import GlueArgumentError, getResolvedOptions

ARGV = ["job.py", "--JOB_NAME", "nightly", "--day=2026-01-02", "--extra", "x", "--job-bookmark-option", "job-bookmark-enable", "--TempDir", "s3://t/"]


class Options(unittest.TestCase):
    def test_the_named_ones_and_glues_own_are_given(self):
        args = getResolvedOptions(ARGV, ["JOB_NAME", "day"])
        self.assertEqual((args["JOB_NAME"], args["day"]), ("nightly", "2026-01-02"))
        self.assertEqual((args["job_bookmark_option"], args["TempDir"], args["JOB_RUN_ID"]), ("job-bookmark-enable", "s3://t/", None))
        self.assertNotIn("extra", args)
        self.assertEqual(getResolvedOptions(["job.py"], [])["job_bookmark_option"], "job-bookmark-disable")

    def test_a_missing_one_is_named(self):
        with self.assertRaisesRegex(GlueArgumentError, "the following arguments are required: --absent"):
            getResolvedOptions(ARGV, ["JOB_NAME", "absent"])
        with self.assertRaisesRegex(GlueArgumentError, "--day: expected one argument"):
            getResolvedOptions(["job.py", "--day", "--other", "x"], ["day"])

    def test_names_may_be_abbreviated_while_they_are_unique(self):
        self.assertEqual(getResolvedOptions(["job.py", "--destin", "x"], ["destination"])["destination"], "x")
        with self.assertRaisesRegex(GlueArgumentError, "ambiguous"):
            getResolvedOptions(["job.py", "--dest", "x"], ["destination", "destiny"])

    def test_values_may_begin_with_a_hyphen_after_an_equals_sign(self):
        self.assertEqual(getResolvedOptions(["job.py", "--n=-5", "--m", "-7"], ["n", "m"]), {**getResolvedOptions(["job.py"], []), "n": "-5", "m": "-7"})
