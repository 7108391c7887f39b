package io.confluent.kafka.connect.datagen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
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
          .define("schema.string", Type.STRING, "", Importance.HIGH, "A schema of one's own, which this generator does not take")
          .define("schema.keyfield", Type.STRING, "", Importance.HIGH, "Name of field to use as the message key")
          .define("random.seed", Type.LONG, null, Importance.LOW, "Numeric seed for generating random data");

  private Map<String, String> settings;

  @Override
  public Config validate(Map<String, String> props) {
    Config config = super.validate(props);
    boolean preset = !props.getOrDefault("quickstart", "").isEmpty();
    boolean schema = !props.getOrDefault("schema.string", "").isEmpty();
    for (ConfigValue value : config.configValues()) {
      if (value.name().equals("schema.string") && schema) {
        value.addErrorMessage("Invalid value for configuration schema.string: this generator knows its presets alone");
      } else if (value.name().equals("quickstart") && !schema && !preset) {
        value.addErrorMessage("One of schema.string or quickstart must be set");
      }
    }
    return config;
  }

  @Override
  public void start(Map<String, String> props) {
    settings = props;
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
