#!/usr/bin/env bash
# Makes the logins of the trial platform, with passwords out of /dev/urandom, where they do not exist yet. Each stands in the
# namespace of its server and in that of the ClickstreamPlatform.
set -euo pipefail

login() {
  local name=$1 user=$2 password namespace
  shift 2
  if kubectl -n "$1" get secret "$name" >/dev/null 2>&1; then
    echo "secret $1/$name is there already"
    return
  fi
  password=$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
  for namespace in "$@"; do
    # By stdin: what stands in a command line can be read by every process of the machine.
    kubectl -n "$namespace" apply -f - <<EOF
apiVersion: v1
kind: Secret
metadata:
  name: $name
type: kubernetes.io/basic-auth
stringData:
  username: $user
  password: $password
EOF
  done
}

kubectl apply --server-side -f "$(dirname "$0")/namespaces.yaml"
login elasticsearch-login elastic clickstream search
login grafana-login admin clickstream grafana
