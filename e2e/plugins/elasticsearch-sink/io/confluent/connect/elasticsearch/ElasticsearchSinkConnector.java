package io.confluent.connect.elasticsearch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Writes records into Elasticsearch, the index being the topic's name in lower case. */
public class ElasticsearchSinkConnector extends SinkConnector {
  static final ConfigDef CONFIG =
      new ConfigDef()
          .define(
              "connection.url",
              Type.LIST,
              ConfigDef.NO_DEFAULT_VALUE,
              ElasticsearchSinkConnector::checkUrls,
              Importance.HIGH,
              "List of Elasticsearch HTTP connection URLs")
          .define("connection.username", Type.STRING, null, Importance.MEDIUM, "User at Elasticsearch")
          .define("connection.password", Type.PASSWORD, null, Importance.MEDIUM, "The user's password")
          .define("batch.size", Type.INT, 2000, ConfigDef.Range.between(1, 1_000_000), Importance.MEDIUM, "Most operations of one request")
          .define("max.retries", Type.INT, 5, ConfigDef.Range.atLeast(0), Importance.LOW, "Retries of a failed request")
          .define("retry.backoff.ms", Type.LONG, 100L, ConfigDef.Range.atLeast(0), Importance.LOW, "Wait before the first retry; doubles")
          .define("connection.timeout.ms", Type.INT, 1000, ConfigDef.Range.atLeast(0), Importance.LOW, "Wait for a connection")
          .define("read.timeout.ms", Type.INT, 3000, ConfigDef.Range.atLeast(0), Importance.LOW, "Wait for an answer")
          .define("flush.synchronously", Type.BOOLEAN, false, Importance.LOW, "Needed by transforms that change the topic")
          .define("key.ignore", Type.BOOLEAN, false, Importance.HIGH, "Whether document ids come from offsets instead of keys")
          .define("schema.ignore", Type.BOOLEAN, false, Importance.LOW, "Whether mappings are left to Elasticsearch")
          .define("type.name", Type.STRING, null, Importance.LOW, "Without effect")
          .define("drop.invalid.message", Type.BOOLEAN, false, Importance.LOW, "Whether to drop what cannot become a document")
          .define("behavior.on.null.values", Type.STRING, "FAIL", among("IGNORE", "DELETE", "FAIL"), Importance.LOW, "What a null value does")
          .define(
              "behavior.on.malformed.documents",
              Type.STRING,
              "FAIL",
              among("IGNORE", "WARN", "FAIL"),
              Importance.LOW,
              "What a document does that Elasticsearch rejects")
          .define("elastic.security.protocol", Type.STRING, "PLAINTEXT", ConfigDef.ValidString.in("PLAINTEXT", "SSL"), Importance.MEDIUM, "TLS or not")
          .define("elastic.https.ssl.truststore.type", Type.STRING, "PEM", ConfigDef.ValidString.in("PEM"), Importance.MEDIUM, "Only PEM")
          .define("elastic.https.ssl.truststore.certificates", Type.PASSWORD, null, Importance.MEDIUM, "Trusted certificates in PEM")
          .define("write.method", Type.STRING, "INSERT", among("INSERT", "UPSERT"), Importance.LOW, "How documents are written");

  /** In any case of letters. */
  private static ConfigDef.Validator among(String... allowed) {
    return (name, value) -> {
      for (String one : allowed) {
        if (one.equalsIgnoreCase(String.valueOf(value))) {
          return;
        }
      }
      throw new ConfigException(name, value, "must be one of " + List.of(allowed));
    };
  }

  private static void checkUrls(String name, Object value) {
    if (value == null) {
      // Missing, which is said elsewhere.
      return;
    }
    for (Object url : (List<?>) value) {
      if (!url.toString().matches("https?://[^\\s/]+.*")) {
        throw new ConfigException(name, value, "The provided url '" + url + "' is not a valid url.");
      }
    }
  }

  private Map<String, String> settings;

  @Override
  public Config validate(Map<String, String> props) {
    Config config = super.validate(props);
    String message = null;
    List<String> names = List.of("connection.username", "connection.password");
    if (props.containsKey("connection.username") != props.containsKey("connection.password")) {
      message = "Both username and password must be set.";
    } else if (!Boolean.parseBoolean(props.get("flush.synchronously")) && reroutes(props)) {
      message = "flush.synchronously must be true for transforms that change the topic.";
      names = List.of("flush.synchronously");
    }
    if (message != null) {
      for (ConfigValue value : config.configValues()) {
        if (names.contains(value.name())) {
          value.addErrorMessage(message);
        }
      }
    }
    return config;
  }

  private static boolean reroutes(Map<String, String> props) {
    for (String name : props.getOrDefault("transforms", "").split(",")) {
      String type = props.getOrDefault("transforms." + name.trim() + ".type", "");
      if (type.endsWith(".RegexRouter") || type.endsWith(".TimestampRouter")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void start(Map<String, String> props) {
    settings = props;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return new ArrayList<>(Collections.nCopies(maxTasks, settings));
  }

  @Override
  public Class<? extends Task> taskClass() {
    return ElasticsearchSinkTask.class;
  }

  @Override
  public void stop() {}

  @Override
  public ConfigDef config() {
    return CONFIG;
  }

  @Override
  public String version() {
    return "15.0.0";
  }
}
