"""Texts that are packed by zstd: Hadoop reads them only with a library that neither a laptop nor every cluster has."""

from .objects import each


def unpack_all(spark, source, keys, folder):
    """The files to read for keys, and those that can't be unpacked, with the cause."""

    def one(key):
        try:
            return unpack(spark, source, key, folder), None
        except Exception as error:  # noqa: BLE001  whatever it is, it is the file's
            return source + key, error

    found = each(one, keys)
    return [file for file, error in found if error is None], [pair for pair in found if pair[1] is not None]


def unpack(spark, source, key, folder):
    """A file that ends in .zst is unpacked into the folder by the JVM, which has a zstd of its own."""
    if not key.endswith(".zst"):
        return source + key
    jvm, conf = spark.sparkContext._jvm, spark.sparkContext._jsc.hadoopConfiguration()
    path = jvm.org.apache.hadoop.fs.Path
    name = folder + key[: -len(".zst")]
    packed, target = path(source + key), path(name)
    text = jvm.com.github.luben.zstd.ZstdInputStream(packed.getFileSystem(conf).open(packed))
    jvm.org.apache.hadoop.io.IOUtils.copyBytes(text, target.getFileSystem(conf).create(target, True), conf, True)
    return name


def original(file, source, folder):
    """The object that a file stands for."""
    return f"{source}{file[len(folder) :]}.zst" if file.startswith(folder) else file
