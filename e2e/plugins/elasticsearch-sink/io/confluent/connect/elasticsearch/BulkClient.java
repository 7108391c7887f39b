package io.confluent.connect.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.connect.errors.ConnectException;

/** The few requests of the sink, each tried again while the server is away or overloaded. */
final class BulkClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  private final HttpClient http;
  private final String url;
  private final String authorization;
  private final Duration timeout;
  private final int retries;
  private final long backoffMs;

  BulkClient(AbstractConfig config) {
    int connectMs = config.getInt("connection.timeout.ms");
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofMillis(Math.max(1, connectMs)));
    Password certificates = config.getPassword("elastic.https.ssl.truststore.certificates");
    if (config.getString("elastic.security.protocol").equals("SSL") && certificates != null) {
      builder.sslContext(trusting(certificates.value()));
    }
    http = builder.build();
    url = config.getList("connection.url").get(0).replaceAll("/+$", "");
    String user = config.getString("connection.username");
    authorization =
        user == null
            ? null
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString((user + ":" + config.getPassword("connection.password").value()).getBytes(StandardCharsets.UTF_8));
    timeout = Duration.ofMillis(Math.max(1, connectMs + config.getInt("read.timeout.ms")));
    retries = config.getInt("max.retries");
    backoffMs = config.getLong("retry.backoff.ms");
  }

  private static SSLContext trusting(String pem) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
        store.setCertificateEntry("ca" + count++, one);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException error) {
      throw new ConnectException("The trusted certificates cannot be used", error);
    }
  }

  /** One that is there already is left as it is. */
  void createIndex(String index) {
    String path = "/" + URLEncoder.encode(index, StandardCharsets.UTF_8);
    if (send("check if index " + index + " exists", "HEAD", path, null, 404).statusCode() == 404) {
      // Another task may make it in the meantime: 400.
      send("create index " + index, "PUT", path, null, 400);
    }
  }

  JsonNode bulk(String body) {
    try {
      return JSON.readTree(send("write to Elasticsearch", "POST", "/_bulk", body, 200).body());
    } catch (IOException error) {
      throw new ConnectException("The answer of Elasticsearch is no JSON", error);
    }
  }

  private HttpResponse<String> send(String what, String method, String path, String body, int accepted) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(timeout)
            .header("User-Agent", "kafka-connect-elasticsearch e2e")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/x-ndjson");
    }
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    for (int tries = 0; ; tries++) {
      String why;
      boolean passing = true;
      try {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 == 2 || answer.statusCode() == accepted) {
          return answer;
        }
        passing = PASSING.contains(answer.statusCode());
        why = "status " + answer.statusCode() + " " + answer.body();
      } catch (IOException error) {
        why = error.toString();
      } catch (InterruptedException error) {
        Thread.currentThread().interrupt();
        throw new ConnectException("Interrupted", error);
      }
      if (!passing || tries >= retries) {
        throw new ConnectException("Failed to " + what + " due to '" + why + "' after " + (tries + 1) + " attempt(s)");
      }
      try {
        Thread.sleep(Math.min(60_000, backoffMs << Math.min(tries, 20)));
      } catch (InterruptedException error) {
        Thread.currentThread().interrupt();
        throw new ConnectException("Interrupted", error);
      }
    }
  }
}
