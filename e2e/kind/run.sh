#!/usr/bin/env bash
# The seed pipeline on a kind cluster, from an empty machine with docker, kind, kubectl and helm: image, platform, chart,
# pipeline, check. `KEEP=1` leaves the cluster; logs are kept in .cache/e2e/kind whatever comes.
set -euo pipefail
cd "$(dirname "$0")/../.."

CLUSTER=clickstream
REGISTRY=kind-registry
IMAGE=clickstream-operator:e2e
STRIMZI=1.2.0
LOGS=.cache/e2e/kind
mkdir -p "$LOGS"

say() { printf '\n== %s\n' "$*"; }

keep_logs() {
  local code=$?
  say "logs in $LOGS"
  kind export logs "$LOGS/nodes" --name $CLUSTER >/dev/null 2>&1 || true
  kubectl get pods -A -o wide >"$LOGS/pods.txt" 2>&1 || true
  kubectl get clickstreampipelines,clickstreamplatforms,kafkatopics,kafkaconnectors,kafkaconnects,kafkas -A -o yaml >"$LOGS/objects.yaml" 2>&1 || true
  kubectl get events -A --sort-by=.lastTimestamp >"$LOGS/events.txt" 2>&1 || true
  kubectl -n clickstream logs deployment/clickstream-operator --tail=-1 >"$LOGS/operator.log" 2>&1 || true
  if [[ ${KEEP:-0} != 1 ]]; then
    kind delete cluster --name $CLUSTER >/dev/null 2>&1 || true
    docker rm -f $REGISTRY >/dev/null 2>&1 || true
  fi
  exit $code
}
trap keep_logs EXIT

say "registry and cluster"
docker inspect $REGISTRY >/dev/null 2>&1 || docker run -d --restart=always --name $REGISTRY registry:2
kind get clusters | grep -qx $CLUSTER || kind create cluster --config e2e/kind/cluster.yaml --wait 120s
docker network connect kind $REGISTRY 2>/dev/null || true
for node in $(kind get nodes --name $CLUSTER); do
  docker exec "$node" mkdir -p "/etc/containerd/certs.d/$REGISTRY:5000"
  printf '[host."http://%s:5000"]\n' $REGISTRY | docker exec -i "$node" tee "/etc/containerd/certs.d/$REGISTRY:5000/hosts.toml" >/dev/null
done

say "image of the operator"
docker build --tag $IMAGE --build-arg VERSION=e2e --build-arg REVISION="$(git rev-parse HEAD)" .
kind load docker-image $IMAGE --name $CLUSTER

say "definitions and Strimzi $STRIMZI"
manifests/platform/secrets.sh
helm upgrade --install strimzi oci://quay.io/strimzi-helm/strimzi-kafka-operator --version $STRIMZI --namespace kafka --wait --timeout 10m

say "operator"
helm upgrade --install clickstream-operator helm/clickstream-operator --namespace clickstream \
  --values e2e/kind/values.yaml --wait --timeout 5m

say "platform"
kubectl apply --server-side -k manifests/platform
kubectl -n kafka wait kafka/trial --for=condition=Ready --timeout=10m
kubectl -n kafka wait kafkaconnect/connect --for=condition=Ready --timeout=20m
kubectl -n kafka rollout status deployment/ksqldb --timeout=10m
kubectl -n search rollout status statefulset/elasticsearch --timeout=10m
kubectl -n grafana rollout status deployment/grafana --timeout=10m
kubectl -n clickstream wait clickstreamplatform/default --for=condition=Ready --timeout=5m

say "the seed"
kubectl -n clickstream apply -f examples/clickstream/pipeline.yaml
kubectl -n clickstream wait clickstreampipeline/clickstream --for=condition=Ready --timeout=10m
kubectl -n clickstream wait clickstreampipeline/clickstream --for=condition=DataFlowing --timeout=5m

say "check"
kubectl apply -f e2e/kind/check.yaml
kubectl -n clickstream wait pod --selector=job-name=check --for=condition=Ready --timeout=2m || true
kubectl -n clickstream logs --follow job/check | tee "$LOGS/check.txt"
kubectl -n clickstream wait job/check --for=condition=Complete --timeout=30s
