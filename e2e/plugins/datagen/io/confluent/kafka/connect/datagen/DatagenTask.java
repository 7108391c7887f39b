package io.confluent.kafka.connect.datagen;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** One record a poll, after a wait that is drawn anew each time. The count goes on after a restart. */
public class DatagenTask extends SourceTask {
  private Preset preset;
  private Random random;
  private String topic;
  private String keyField;
  private long maxInterval;
  private int iterations;
  private int taskId;
  private long count;
  private long generation;

  @Override
  public void start(Map<String, String> props) {
    AbstractConfig config = new AbstractConfig(DatagenConnector.CONFIG, props, false);
    taskId = Integer.parseInt(props.getOrDefault("task.id", "0"));
    topic = config.getString("kafka.topic");
    maxInterval = config.getLong("max.interval");
    iterations = config.getInt("iterations");
    Long seed = config.getLong("random.seed");
    random = seed == null ? new Random() : new Random(seed + taskId);
    preset = Preset.named(config.getString("quickstart").toLowerCase(), random);
    String given = config.getString("schema.keyfield");
    keyField = given.isEmpty() ? preset.keyField : given;
    Map<String, Object> last = context.offsetStorageReader().offset(partition());
    count = last == null ? 0 : ((Number) last.get("current.iteration")).longValue();
    generation = last == null ? 0 : ((Number) last.get("task.generation")).longValue();
  }

  private Map<String, Object> partition() {
    return Map.of("task.id", taskId);
  }

  @Override
  public List<SourceRecord> poll() throws InterruptedException {
    if (maxInterval > 0) {
      Thread.sleep((long) (maxInterval * random.nextDouble()));
    }
    if (iterations > 0 && count >= iterations) {
      throw new ConnectException("Stopping connector: generated the configured " + count + " number of messages");
    }
    Struct value = preset.next();
    Field key = preset.schema.field(keyField);
    ConnectHeaders headers = new ConnectHeaders();
    headers.addLong("task.generation", generation);
    headers.addLong("task.id", taskId);
    headers.addLong("current.iteration", count);
    count++;
    Map<String, Object> offset = Map.of("task.generation", generation + 1, "current.iteration", count);
    return List.of(
        new SourceRecord(
            partition(),
            offset,
            topic,
            null,
            key == null ? null : key.schema(),
            key == null ? null : value.get(key),
            preset.schema,
            value,
            null,
            headers));
  }

  @Override
  public void stop() {}

  @Override
  public String version() {
    return "0.6.7";
  }
}
