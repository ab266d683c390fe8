package org.apache.iceberg.aws.glue;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.rest.RESTCatalog;

/**
 * What scripts name as Iceberg's catalog on AWS Glue, in a lake: the same tables by the lake's REST catalog, their files
 * by the file system of s3://. It stands before Iceberg's own class, which needs AWS.
 */
public final class GlueCatalog extends RESTCatalog {
  private Configuration conf;

  @Override
  public void setConf(Object given) {
    conf = (Configuration) given;
    super.setConf(given);
  }

  @Override
  public void initialize(String name, Map<String, String> properties) {
    Map<String, String> ours = new HashMap<>(properties);
    ours.keySet().removeIf(key -> key.startsWith("s3.") || key.startsWith("glue.") || key.startsWith("client."));
    // The warehouse is where new tables go on AWS, and names a catalog to a REST server.
    ours.remove("warehouse");
    ours.remove("catalog-impl");
    ours.remove("type");
    ours.put("uri", conf.get("lakewright.iceberg"));
    ours.put("header.Authorization", conf.get("lakewright.authorization"));
    ours.put("io-impl", "org.apache.iceberg.hadoop.HadoopFileIO");
    super.initialize(name, ours);
  }
}
