package lakewright;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.python.Py4JServer;
import org.apache.spark.sql.SparkSession;

/**
 * A JVM that Python processes borrow, one after another, by Spark's own gateway. A line of its input is a command, a line
 * of its output the answer; the end of its input ends it, however that comes about.
 */
public final class SparkHost {
  private SparkHost() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    // What Spark prints is no answer.
    System.setOut(System.err);
    Properties own = (Properties) System.getProperties().clone();
    Py4JServer gateway = new Py4JServer(new SparkConf());
    gateway.start();
    answers.println(LakeClient.JSON.createObjectNode().put("port", gateway.getListeningPort()).put("secret", gateway.secret()));
    answers.flush();
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonNode command = LakeClient.JSON.readTree(line);
      String error = "";
      try {
        reset(own);
        Iterator<Map.Entry<String, JsonNode>> settings = command.path("conf").fields();
        while (settings.hasNext()) {
          Map.Entry<String, JsonNode> setting = settings.next();
          System.setProperty(setting.getKey(), setting.getValue().asText());
        }
      } catch (Throwable failure) {
        error = failure.toString();
      }
      answers.println(LakeClient.JSON.createObjectNode().put("error", error));
      answers.flush();
    }
    Runtime.getRuntime().halt(0);
  }

  /** Nothing of a run is left: its context, its sessions, its settings, its file systems. */
  private static void reset(Properties own) throws Exception {
    scala.Option<SparkContext> active = org.apache.spark.SparkContext$.MODULE$.getActive();
    if (active.isDefined()) {
      active.get().cancelAllJobs();
      active.get().stop();
    }
    SparkSession.clearActiveSession();
    SparkSession.clearDefaultSession();
    FileSystem.closeAll();
    LakeFileSystem.forget();
    System.setProperties((Properties) own.clone());
  }
}
