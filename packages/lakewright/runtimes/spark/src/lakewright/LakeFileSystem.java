package lakewright;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BufferedFSInputStream;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * s3://, s3a:// and s3n:// over the buckets of a lake. The lake says who may do what and where an object's bytes are;
 * they are read and written as files of this machine.
 *
 * <p>What committers keep below _temporary and the like never becomes an object: it lies in the run's staging folder,
 * as uploads that aren't complete do on AWS. An object appears whole, by a rename, when its writer closes or commits.
 */
public final class LakeFileSystem extends FileSystem {
  private static final long BLOCK = 64L * 1024 * 1024;
  private static final Pattern STAGED = Pattern.compile("(^|/)(_temporary|\\.spark-staging-[^/]*|\\.hive-staging_[^/]*)(/|$)");
  /** Where a staged file will be: without what the committers put between. */
  private static final Pattern BETWEEN = Pattern.compile(
      "(_temporary/\\d+/(_temporary/)?(task|attempt)_[^/]*/|_temporary/\\d+/|\\.spark-staging-[^/]*/|\\.hive-staging_[^/]*/)");
  /** Folders that were made and hold nothing: S3 knows none, and no marker is left for them. */
  private static final Set<String> MADE = ConcurrentHashMap.newKeySet();

  private URI uri;
  private String bucket;
  private LakeClient lake;
  private File staging;
  private Path working;

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    bucket = name.getAuthority();
    if (bucket == null) throw new IOException("no bucket in " + name);
    uri = URI.create(name.getScheme() + "://" + bucket);
    lake = new LakeClient(conf);
    staging = new File(conf.get("lakewright.staging"), bucket);
    working = new Path(uri.toString() + "/");
    setConf(conf);
  }

  /** What a run left. */
  static void forget() {
    MADE.clear();
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public String getScheme() {
    return uri == null ? "s3" : uri.getScheme();
  }

  @Override
  public Path getWorkingDirectory() {
    return working;
  }

  @Override
  public void setWorkingDirectory(Path path) {
    working = makeQualified(path);
  }

  @Override
  public long getDefaultBlockSize(Path path) {
    return BLOCK;
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    String key = key(path);
    File file = staged(key) ? local(key) : new File(lake.ask("open", lake.request(bucket, key)).get("file").asText());
    if (!file.isFile()) throw missing(path);
    return new FSDataInputStream(new BufferedFSInputStream(new LakeInput(file, statistics), Math.max(buffer, 8192)));
  }

  @Override
  public FSDataOutputStream create(
      Path path, FsPermission permission, boolean overwrite, int buffer, short replication, long block, Progressable progress)
      throws IOException {
    String key = key(path);
    if (staged(key)) {
      lake.ask("mayWrite", lake.request(bucket, BETWEEN.matcher(key).replaceFirst("")));
      File file = local(key);
      if (file.exists() && !overwrite) throw new FileAlreadyExistsException(path.toString());
      Files.createDirectories(file.getParentFile().toPath());
      return new FSDataOutputStream(new java.io.BufferedOutputStream(new FileOutputStream(file), 65536), statistics);
    }
    JsonNode place = lake.ask("stage", lake.request(bucket, key).put("overwrite", overwrite));
    return new FSDataOutputStream(new Upload(new File(place.get("file").asText()), key, overwrite), statistics);
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path path, FsPermission permission, EnumSet<CreateFlag> flags, int buffer, short replication, long block, Progressable progress)
      throws IOException {
    return create(path, permission, flags.contains(CreateFlag.OVERWRITE), buffer, replication, block, progress);
  }

  @Override
  public FSDataOutputStream append(Path path, int buffer, Progressable progress) {
    throw new UnsupportedOperationException("S3 has no append: " + path);
  }

  @Override
  public boolean rename(Path source, Path target) throws IOException {
    String from = key(source);
    String to = key(target);
    FileStatus what = statusOrNull(source);
    if (what == null) throw missing(source);
    FileStatus there = statusOrNull(target);
    if (there != null && there.isDirectory()) {
      to = to.isEmpty() ? source.getName() : to + "/" + source.getName();
      there = statusOrNull(path(to));
    }
    if (there != null) return false;
    if (staged(from)) {
      File file = local(from);
      if (staged(to)) {
        Files.createDirectories(local(to).getParentFile().toPath());
        Files.move(file.toPath(), local(to).toPath(), StandardCopyOption.ATOMIC_MOVE);
        return true;
      }
      ObjectNode request = lake.request(bucket, to);
      ArrayNode files = request.putArray("files");
      collect(file, to, files);
      lake.ask("publish", request);
      remove(file);
      if (files.isEmpty()) MADE.add(uri + "/" + to);
      return true;
    }
    lake.ask("rename", lake.request(bucket, from).put("to", to).put("folder", what.isDirectory()));
    return true;
  }

  private static void collect(File file, String key, ArrayNode files) throws IOException {
    if (file.isDirectory()) {
      for (File child : children(file)) collect(child, key + "/" + child.getName(), files);
    } else {
      files.addObject().put("file", file.getPath()).put("key", key);
    }
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    String key = key(path);
    MADE.remove(path(key).toString());
    if (staged(key)) {
      boolean there = local(key).exists();
      remove(local(key));
      return there;
    }
    return lake.ask("delete", lake.request(bucket, key).put("recursive", recursive)).get("deleted").asBoolean();
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    String key = key(path);
    List<FileStatus> found = new ArrayList<>();
    if (staged(key)) {
      File file = local(key);
      if (!file.exists()) throw missing(path);
      if (file.isFile()) return new FileStatus[] {localStatus(file, key)};
      for (File child : children(file)) found.add(localStatus(child, key + "/" + child.getName()));
      return found.toArray(new FileStatus[0]);
    }
    JsonNode answer = lake.ask("list", lake.request(bucket, key));
    if (answer.get("kind").asText().equals("none") && !made(key)) throw missing(path);
    for (JsonNode entry : answer.get("entries")) found.add(status(entry, entry.get("key").asText()));
    return found.toArray(new FileStatus[0]);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    FileStatus found = statusOrNull(path);
    if (found == null) throw missing(path);
    return found;
  }

  private FileStatus statusOrNull(Path path) throws IOException {
    String key = key(path);
    if (staged(key)) return local(key).exists() ? localStatus(local(key), key) : null;
    JsonNode answer = lake.ask("status", lake.request(bucket, key));
    if (!answer.get("kind").asText().equals("none")) return status(answer, key);
    return made(key) ? folder(key) : null;
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    String key = key(path);
    if (staged(key)) {
      Files.createDirectories(local(key).toPath());
    } else {
      MADE.add(path(key).toString());
    }
    return true;
  }

  private boolean made(String key) {
    String wanted = path(key).toString();
    if (MADE.contains(wanted)) return true;
    String below = wanted.endsWith("/") ? wanted : wanted + "/";
    return MADE.stream().anyMatch(one -> one.startsWith(below)) || (new File(staging, key).isDirectory() && staging.exists());
  }

  private FileStatus status(JsonNode entry, String key) {
    if (entry.get("kind").asText().equals("folder")) return folder(key);
    return new FileStatus(entry.get("size").asLong(), false, 1, BLOCK, entry.get("modified").asLong(), path(key));
  }

  private FileStatus folder(String key) {
    return new FileStatus(0, true, 1, BLOCK, 0, path(key));
  }

  private FileStatus localStatus(File file, String key) {
    return new FileStatus(file.length(), file.isDirectory(), 1, BLOCK, file.lastModified(), path(key));
  }

  private String key(Path path) {
    checkPath(path);
    String key = makeQualified(path).toUri().getPath();
    return key.startsWith("/") ? key.substring(1) : key;
  }

  private Path path(String key) {
    return new Path(uri.getScheme(), bucket, "/" + key);
  }

  private static boolean staged(String key) {
    return STAGED.matcher(key).find();
  }

  /** A staged file's place. Names of Hadoop's committers are short, and have nothing that a file system can't hold. */
  private File local(String key) throws IOException {
    File file = new File(staging, key);
    if (!file.toPath().normalize().startsWith(staging.toPath())) throw new IOException("not below its bucket: " + key);
    return file;
  }

  private static File[] children(File folder) throws IOException {
    File[] found = folder.listFiles();
    if (found == null) throw new IOException(folder + " can't be read");
    return found;
  }

  private static void remove(File file) throws IOException {
    if (file.isDirectory()) for (File child : children(file)) remove(child);
    Files.deleteIfExists(file.toPath());
  }

  private FileNotFoundException missing(Path path) {
    return new FileNotFoundException("No such file or directory '" + makeQualified(path) + "'");
  }

  /** A file that becomes an object when it is closed. */
  private final class Upload extends FilterOutputStream {
    private final File file;
    private final String key;
    private final boolean overwrite;
    private boolean closed;

    Upload(File file, String key, boolean overwrite) throws IOException {
      super(new java.io.BufferedOutputStream(new FileOutputStream(file), 65536));
      this.file = file;
      this.key = key;
      this.overwrite = overwrite;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (closed) return;
      closed = true;
      OutputStream whole = out;
      whole.close();
      ObjectNode request = lake.request(bucket, key).put("overwrite", overwrite);
      request.putArray("files").addObject().put("file", file.getPath()).put("key", key);
      lake.ask("publish", request);
    }
  }
}
