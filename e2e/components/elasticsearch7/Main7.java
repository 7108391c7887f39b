import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.Plugin;

/** One Elasticsearch 7 node without its distribution: `Main7 HOME key=value ...`. Its modules lie on the class path. */
public class Main7 {
  private static final List<String> MODULES =
      List.of(
          "org.elasticsearch.transport.Netty4Plugin",
          "org.elasticsearch.reindex.ReindexPlugin",
          "org.elasticsearch.index.mapper.MapperExtrasPlugin",
          "org.elasticsearch.search.aggregations.matrix.MatrixAggregationPlugin",
          "org.elasticsearch.script.mustache.MustachePlugin");

  private static class OneNode extends Node {
    OneNode(Environment environment, Collection<Class<? extends Plugin>> modules) {
      super(environment, modules, false);
    }
  }

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    Settings.Builder builder = Settings.builder().put("path.home", home.toString());
    for (int i = 1; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      builder.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    List<Class<? extends Plugin>> modules = new ArrayList<>();
    for (String name : MODULES) modules.add(Class.forName(name).asSubclass(Plugin.class));
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(builder.build(), Map.of(), home.resolve("config"), () -> "n1");
    Node node = new OneNode(environment, modules);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    node.close();
                  } catch (Exception error) {
                    error.printStackTrace();
                  }
                }));
    node.start();
    Thread.currentThread().join();
  }
}
