package e2e;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** `GET /`, whose own module is in no registry. */
public class RootPlugin extends Plugin implements ActionPlugin {
  @Override
  public Collection<RestHandler> getRestHandlers(
      ActionPlugin.RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
    String name = services.settings().get("node.name");
    String cluster = services.settings().get("cluster.name", "elasticsearch");
    return List.of(
        new BaseRestHandler() {
          @Override
          public String getName() {
            return "e2e_root";
          }

          @Override
          public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
          }

          @Override
          protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> {
              Build build = Build.current();
              XContentBuilder body = channel.newBuilder();
              body.startObject().field("name", name).field("cluster_name", cluster).field("cluster_uuid", "_na_");
              body.startObject("version").field("number", build.version()).field("build_flavor", build.flavor());
              body.field("build_type", build.type().displayName()).field("build_hash", build.hash()).field("build_date", build.date());
              body.field("build_snapshot", build.isSnapshot()).field("lucene_version", IndexVersion.current().luceneVersion().toString());
              body.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
              body.field("minimum_index_compatibility_version", build.minIndexCompatVersion()).endObject();
              body.field("tagline", "You Know, for Search").endObject();
              channel.sendResponse(new RestResponse(RestStatus.OK, body));
            };
          }
        });
  }
}
