package lakewright;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;

/** Asks the lake about its objects, in the name of one run. */
final class LakeClient {
  static final ObjectMapper JSON = new ObjectMapper();
  private final String url;
  private final String run;

  LakeClient(Configuration conf) throws IOException {
    url = conf.get("lakewright.url");
    run = conf.get("lakewright.run");
    if (url == null || run == null) throw new IOException("no run of the lake: lakewright.url isn't set");
  }

  ObjectNode request(String bucket, String key) {
    return JSON.createObjectNode().put("bucket", bucket).put("key", key);
  }

  JsonNode ask(String operation, ObjectNode request) throws IOException {
    HttpURLConnection http = (HttpURLConnection) new URL(url + "/" + operation).openConnection();
    http.setRequestMethod("POST");
    http.setRequestProperty("authorization", run);
    http.setDoOutput(true);
    byte[] body = JSON.writeValueAsBytes(request);
    http.setFixedLengthStreamingMode(body.length);
    try (OutputStream out = http.getOutputStream()) {
      out.write(body);
    }
    boolean ok = http.getResponseCode() == 200;
    try (InputStream in = ok ? http.getInputStream() : http.getErrorStream()) {
      JsonNode answer = JSON.readTree(in);
      if (ok) return answer;
      throw error(answer.path("code").asText(), answer.path("message").asText());
    }
  }

  private static IOException error(String code, String message) {
    switch (code) {
      case "AccessDenied":
        return new AccessDeniedException(message);
      case "NoSuchKey":
      case "NoSuchBucket":
        return new FileNotFoundException(message);
      case "AlreadyExists":
        return new FileAlreadyExistsException(message);
      default:
        return new IOException(code + ": " + message);
    }
  }
}
