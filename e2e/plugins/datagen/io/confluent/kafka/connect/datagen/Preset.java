package io.confluent.kafka.connect.datagen;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/** What the generators of src/sandbox/connect/datagen/clickstream.ts make: clicks, status codes, users. */
abstract class Preset {
  static final List<String> NAMES = List.of("clickstream", "clickstream_codes", "clickstream_users");

  final Schema schema;
  final String keyField;
  final Random random;

  Preset(Schema schema, String keyField, Random random) {
    this.schema = schema;
    this.keyField = keyField;
    this.random = random;
  }

  abstract Struct next();

  static Preset named(String name, Random random) {
    return switch (name) {
      case "clickstream" -> new Clicks(random);
      case "clickstream_codes" -> new Codes(random);
      case "clickstream_users" -> new Users(random);
      default -> throw new IllegalArgumentException(name);
    };
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Both ends included. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  private static SchemaBuilder record(String name) {
    return SchemaBuilder.struct().name(name);
  }

  static final int[] STATUSES = {200, 302, 404, 405, 406, 407};
  static final String[] DEFINITIONS = {
    "Successful", "Redirect", "Page not found", "Method not allowed", "Not acceptable", "Proxy authentication required"
  };

  /** Visits that go on side by side; each click belongs to one of them, and now and then one ends and another begins. */
  static final class Clicks extends Preset {
    private static final DateTimeFormatter ACCESS_LOG =
        DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final List<String> REQUESTS =
        List.of("index.html", "site/user_status.html", "site/login.html", "images/track.png", "images/logo-small.png");
    private static final List<String> AGENTS =
        List.of(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36");
    private static final List<Integer> SIZES = List.of(278, 1289, 2048, 4006, 4096, 14096);

    private record Visit(String ip, int userid, String agent) {}

    private final Visit[] visits = new Visit[24];

    Clicks(Random random) {
      super(
          record("clickstream")
              .field("ip", Schema.STRING_SCHEMA)
              .field("userid", Schema.INT32_SCHEMA)
              .field("remote_user", Schema.STRING_SCHEMA)
              .field("time", Schema.STRING_SCHEMA)
              .field("_time", Schema.INT64_SCHEMA)
              .field("request", Schema.STRING_SCHEMA)
              .field("status", Schema.STRING_SCHEMA)
              .field("bytes", Schema.STRING_SCHEMA)
              .field("referrer", Schema.STRING_SCHEMA)
              .field("agent", Schema.STRING_SCHEMA)
              .build(),
          "ip",
          random);
      for (int index = 0; index < visits.length; index++) {
        visits[index] = visit();
      }
    }

    private Visit visit() {
      int address = between(0, 39);
      String ip =
          (111 + address * 37 % 111) + "." + address * 53 % 256 + "." + (address * 29 + 7) % 256 + "." + (address * 71 + 3) % 256;
      return new Visit(ip, between(-1, 40), pick(AGENTS));
    }

    @Override
    Struct next() {
      int index = random.nextInt(visits.length);
      if (random.nextInt(200) == 0) {
        visits[index] = visit();
      }
      Visit visit = visits[index];
      Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
      return new Struct(schema)
          .put("ip", visit.ip())
          .put("userid", visit.userid())
          .put("remote_user", "-")
          .put("time", ACCESS_LOG.format(now))
          .put("_time", now.toEpochMilli())
          .put("request", "GET /" + pick(REQUESTS) + " HTTP/1.1")
          .put("status", String.valueOf(STATUSES[random.nextInt(STATUSES.length)]))
          .put("bytes", String.valueOf(pick(SIZES)))
          .put("referrer", "-")
          .put("agent", visit.agent());
    }
  }

  static final class Codes extends Preset {
    Codes(Random random) {
      super(
          record("clickstream_codes").field("code", Schema.INT32_SCHEMA).field("definition", Schema.STRING_SCHEMA).build(),
          "code",
          random);
    }

    @Override
    Struct next() {
      int index = random.nextInt(STATUSES.length);
      return new Struct(schema).put("code", STATUSES[index]).put("definition", DEFINITIONS[index]);
    }
  }

  /** User ids count from 1 to 40 and begin again; a user keeps what was drawn the first time, so that a repeated row changes nothing. */
  static final class Users extends Preset {
    private static final List<String> USERNAMES =
        List.of("AbdelKable_86", "Antonio_0966", "BenSteins_235", "CurranCool", "DimitriSilva90", "Eva_Lake", "FerdPask77",
            "GillyGranger_1", "HansOlafson", "Ida_Nord", "JiriWolf_42", "KarimaB", "LukeWaters_23", "Mina_Rossi", "OrianaGold_18",
            "QuinnSharp_3", "Reeva43", "Sven_Bright");
    private static final List<String> FIRST_NAMES = List.of("Abdel", "Antonio", "Ben", "Curran", "Eva", "Hans", "Ida", "Mina", "Reeva");
    private static final List<String> LAST_NAMES = List.of("Adams", "Barker", "Coen", "Dahl", "Jirik", "Morris", "Pask", "Young");
    private static final List<String> CITIES = List.of("Palo Alto", "San Francisco", "Raleigh", "London", "Frankfurt", "New York");
    private static final List<String> LEVELS = List.of("Gold", "Silver", "Platinum");

    private final Struct[] rows = new Struct[40];
    private int next;

    Users(Random random) {
      super(
          record("clickstream_users")
              .field("user_id", Schema.INT32_SCHEMA)
              .field("username", Schema.STRING_SCHEMA)
              .field("registered_at", Schema.INT64_SCHEMA)
              .field("first_name", Schema.STRING_SCHEMA)
              .field("last_name", Schema.STRING_SCHEMA)
              .field("city", Schema.STRING_SCHEMA)
              .field("level", Schema.STRING_SCHEMA)
              .build(),
          "user_id",
          random);
      long start = System.currentTimeMillis();
      for (int index = 0; index < rows.length; index++) {
        rows[index] =
            new Struct(schema)
                .put("user_id", index + 1)
                .put("username", index < USERNAMES.size() ? USERNAMES.get(index) : pick(USERNAMES))
                .put("registered_at", start - between(1, 3 * 365) * 86_400_000L)
                .put("first_name", pick(FIRST_NAMES))
                .put("last_name", pick(LAST_NAMES))
                .put("city", pick(CITIES))
                .put("level", pick(LEVELS));
      }
    }

    @Override
    Struct next() {
      return rows[next++ % rows.length];
    }
  }
}
