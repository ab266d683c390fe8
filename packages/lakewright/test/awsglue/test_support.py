"""The guide says what the package does: of everything that AWS documents."""

import unittest

import support
from awsglue._refuse import NotSupportedLocally
from check import context


class Support(unittest.TestCase):
    maxDiff = None

    def test_everything_that_aws_documents_is_done_or_refused(self):
        things = dict(support.CLASSES)
        for title, names in support.DOCUMENTED.items():
            offered = set(support.public(things[title]))
            for name in names.split():
                self.assertEqual((name in offered), (title, name) not in support.REFUSED, f"{title}.{name}")

    def test_what_differs_exists(self):
        things = dict(support.CLASSES)
        for title, name in support.DIFFERS:
            self.assertIn(name, support.public(things[title]))

    def test_what_is_refused_says_its_name(self):
        glue = context()
        frame = glue.create_dynamic_frame.from_rdd([(1,)], "f", ["a"])
        of = {"awsglue.context.GlueContext": glue, "awsglue.dynamicframe.DynamicFrame": frame}
        for title, name in support.REFUSED:
            with self.assertRaisesRegex((AttributeError, NotSupportedLocally), f"{name}.* isn't supported"):
                getattr(of.get(title) or dict(support.CLASSES)[title], name)

    def test_the_guide_has_the_tables(self):
        with open(support.GUIDE, encoding="utf-8") as file:
            self.assertIn(support.tables(), file.read())
