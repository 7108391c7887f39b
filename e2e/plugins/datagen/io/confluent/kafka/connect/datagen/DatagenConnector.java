package io.confluent.kafka.connect.datagen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;

/** Generates the records of one of the clickstream presets. */
public class DatagenConnector extends SourceConnector {
  static final ConfigDef CONFIG =
      new ConfigDef()
          .define("kafka.topic", Type.STRING, Importance.HIGH, "Topic to write to")
          .define("max.interval", Type.LONG, 500L, Importance.HIGH, "Max interval between messages (ms)")
          .define(
              "iterations", Type.INT, -1, Importance.HIGH, "Number of messages to send from each task, or less than 1 for unlimited")
          .define(
              "quickstart",
              Type.STRING,
              "",
              (name, value) -> {
                if (!value.equals("") && !Preset.NAMES.contains(value.toString().toLowerCase())) {
                  throw new ConfigException(name, value, "must be one of " + Preset.NAMES);
                }
              },
              Importance.HIGH,
              "Name of quickstart to use")
          .define("schema.keyfield", Type.STRING, "", Importance.HIGH, "Name of field to use as the message key")
          .define("random.seed", Type.LONG, null, Importance.LOW, "Numeric seed for generating random data");

  private Map<String, String> settings;

  @Override
  public void start(Map<String, String> props) {
    settings = props;
    if (props.getOrDefault("quickstart", "").isEmpty()) {
      throw new ConfigException("quickstart must be set: this generator takes no schemas of one's own");
    }
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    List<Map<String, String>> tasks = new ArrayList<>();
    for (int id = 0; id < maxTasks; id++) {
      Map<String, String> task = new HashMap<>(settings);
      task.put("task.id", String.valueOf(id));
      tasks.add(task);
    }
    return tasks;
  }

  @Override
  public Class<? extends Task> taskClass() {
    return DatagenTask.class;
  }

  @Override
  public void stop() {}

  @Override
  public ConfigDef config() {
    return CONFIG;
  }

  @Override
  public String version() {
    return "0.6.7";
  }
}
