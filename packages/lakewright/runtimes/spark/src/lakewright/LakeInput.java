package lakewright;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileSystem;

/** An object's bytes: of the file as it was when it was opened. */
final class LakeInput extends FSInputStream {
  private final FileChannel channel;
  private final FileSystem.Statistics statistics;

  LakeInput(File file, FileSystem.Statistics statistics) throws IOException {
    channel = FileChannel.open(file.toPath(), StandardOpenOption.READ);
    this.statistics = statistics;
  }

  @Override
  public void seek(long position) throws IOException {
    if (position < 0 || position > channel.size()) throw new EOFException("no position " + position);
    channel.position(position);
  }

  @Override
  public long getPos() throws IOException {
    return channel.position();
  }

  @Override
  public boolean seekToNewSource(long position) {
    return false;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, channel.size() - channel.position());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return counted(channel.read(ByteBuffer.wrap(bytes, offset, length)));
  }

  @Override
  public int read(long position, byte[] bytes, int offset, int length) throws IOException {
    return counted(channel.read(ByteBuffer.wrap(bytes, offset, length), position));
  }

  private int counted(int read) {
    if (statistics != null && read > 0) statistics.incrementBytesRead(read);
    return read;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
