import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Certificate and key in PEM become a key store, since Jetty reads no PEM: CERTIFICATE KEY STORE PASSWORD. */
public class Pkcs12 {
  public static void main(String[] args) throws Exception {
    Certificate certificate;
    try (var in = Files.newInputStream(Path.of(args[0]))) {
      certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    String pem = Files.readString(Path.of(args[1])).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("server", key, args[3].toCharArray(), new Certificate[] {certificate});
    try (OutputStream out = Files.newOutputStream(Path.of(args[2]))) {
      store.store(out, args[3].toCharArray());
    }
  }
}
