package io.confluent.connect.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Each batch of records becomes bulk requests, written before the batch counts as done. */
public class ElasticsearchSinkTask extends SinkTask {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Types of errors that lie in the document. */
  private static final Set<String> MALFORMED =
      Set.of(
          "strict_dynamic_mapping_exception",
          "mapper_parsing_exception",
          "document_parsing_exception",
          "illegal_argument_exception",
          "action_request_validation_exception");

  private record Operation(String index, String lines) {}

  private AbstractConfig config;
  private BulkClient client;
  private boolean keyIgnored;
  private boolean upsert;
  private final Set<String> indices = new HashSet<>();

  @Override
  public void start(Map<String, String> props) {
    config = new AbstractConfig(ElasticsearchSinkConnector.CONFIG, props, false);
    keyIgnored = config.getBoolean("key.ignore");
    upsert = config.getString("write.method").equalsIgnoreCase("UPSERT");
    client = new BulkClient(config);
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    List<Operation> operations = new ArrayList<>();
    for (SinkRecord record : records) {
      add(record, operations);
    }
    Set<String> wanted = new LinkedHashSet<>();
    for (Operation operation : operations) {
      wanted.add(operation.index());
    }
    for (String index : wanted) {
      if (indices.add(index)) {
        client.createIndex(index);
      }
    }
    int size = config.getInt("batch.size");
    for (int start = 0; start < operations.size(); start += size) {
      StringBuilder body = new StringBuilder();
      for (Operation operation : operations.subList(start, Math.min(start + size, operations.size()))) {
        body.append(operation.lines());
      }
      check(client.bulk(body.toString()));
    }
  }

  private void add(SinkRecord record, List<Operation> operations) {
    String index = record.topic().toLowerCase(Locale.ROOT);
    try {
      if (record.value() == null) {
        switch (config.getString("behavior.on.null.values").toUpperCase(Locale.ROOT)) {
          case "IGNORE":
            return;
          case "DELETE":
            // A null key names no document, so there is nothing to delete.
            if (record.key() != null && !keyIgnored) {
              operations.add(new Operation(index, action("delete", index, idOf(record), record.kafkaOffset()) + "\n"));
            }
            return;
          default:
            throw new DataException(label(record) + " has a null value and the configured behavior.on.null.values is FAIL.");
        }
      }
      String id = keyIgnored ? record.topic() + "+" + record.kafkaPartition() + "+" + record.kafkaOffset() : idOf(record);
      String document = JSON.writeValueAsString(Document.of(record.value()));
      String lines;
      if (upsert) {
        lines = action("update", index, id, null) + "\n{\"doc\":" + document + ",\"doc_as_upsert\":true}\n";
      } else if (keyIgnored) {
        lines = action("create", index, id, null) + "\n" + document + "\n";
      } else {
        lines = action("index", index, id, record.kafkaOffset()) + "\n" + document + "\n";
      }
      operations.add(new Operation(index, lines));
    } catch (DataException error) {
      if (record.value() == null || !config.getBoolean("drop.invalid.message")) {
        throw error;
      }
    } catch (IOException error) {
      throw new DataException(label(record) + " cannot be written as JSON", error);
    }
  }

  /** With a version, an older record does not overwrite a newer one. */
  private static String action(String name, String index, String id, Long version) throws IOException {
    ObjectNode where = JSON.createObjectNode().put("_index", index).put("_id", id);
    if (version != null) {
      where.put("version", version).put("version_type", "external");
    }
    if (name.equals("update")) {
      where.put("retry_on_conflict", 5);
    }
    ObjectNode line = JSON.createObjectNode();
    line.set(name, where);
    return JSON.writeValueAsString(line);
  }

  private static String idOf(SinkRecord record) {
    Object key = record.key();
    if (key == null) {
      throw new DataException("Key is used as document id and can not be null.");
    }
    if (key instanceof String || key instanceof Byte || key instanceof Short || key instanceof Integer || key instanceof Long) {
      return key.toString();
    }
    throw new DataException(key.getClass().getSimpleName() + " is not supported as the document id.");
  }

  private static String label(SinkRecord record) {
    return "Record with topic=" + record.topic() + ", partition=" + record.kafkaPartition() + ", offset=" + record.kafkaOffset();
  }

  private void check(JsonNode answer) {
    if (!answer.path("errors").asBoolean()) {
      return;
    }
    for (JsonNode item : answer.path("items")) {
      JsonNode result = item.elements().next();
      JsonNode error = result.path("error");
      // A conflict says that this record, or a newer one of its key, is there already.
      if (error.isMissingNode() || result.path("status").asInt() == 409) {
        continue;
      }
      String type = error.path("type").asText();
      if (MALFORMED.contains(type) && !config.getString("behavior.on.malformed.documents").equalsIgnoreCase("FAIL")) {
        continue;
      }
      throw new ConnectException("Indexing record failed: " + type + ": " + error.path("reason").asText());
    }
  }

  @Override
  public void stop() {}

  @Override
  public String version() {
    return "15.0.0";
  }
}
