{{- /* Made by `npm run generate`; do not edit. */ -}}
{{- define "clickstream-operator.rules.pipelines" -}}
# create: make the ledger of a pipeline
# delete: remove the ledger with the last object of its pipeline
# get: read a pipeline's ledger, the scripts and dashboards it refers to, and CA certificates
# update: note in the ledger what is about to be made, and what has been made
- apiGroups: [""]
  resources: ["configmaps"]
  verbs: [create, delete, get, update]
# create: tell what was made, mended, refused or left behind
# patch: count an event that happens again in place of writing it again
- apiGroups: [""]
  resources: ["events"]
  verbs: [create, patch]
# list: find every pipeline at the start and after a watch has ended
# patch: hold a pipeline with a finalizer, and let it go when its objects are gone
# watch: see each change of a pipeline at once
- apiGroups: ["clickstream.dev"]
  resources: ["clickstreampipelines"]
  verbs: [list, patch, watch]
# patch: write conditions, objects and plan
- apiGroups: ["clickstream.dev"]
  resources: ["clickstreampipelines/status"]
  verbs: [patch]
# list: find every platform at the start and after a watch has ended
# patch: hold a platform with a finalizer while a pipeline refers to it
# watch: see each change of a platform at once
- apiGroups: ["clickstream.dev"]
  resources: ["clickstreamplatforms"]
  verbs: [list, patch, watch]
# patch: write the conditions of the backends, their versions and plugins
- apiGroups: ["clickstream.dev"]
  resources: ["clickstreamplatforms/status"]
  verbs: [patch]
{{- end }}

{{- define "clickstream-operator.rules.secrets" -}}
# get: read the credentials that a platform or a connector refers to, one by its name
- apiGroups: [""]
  resources: ["secrets"]
  verbs: [get]
{{- end }}

{{- define "clickstream-operator.rules.strimzi" -}}
# create: make the connectors of a pipeline, where the platform names a KafkaConnect
# delete: remove the connectors of a pipeline
# get: look at a connector before it is changed or removed
# list: compare the connectors that are there with those that are declared
# patch: change a connector, pause and stop it, and ask Strimzi to restart what has failed
# watch: mend a connector as soon as somebody changes it, and see at once what Strimzi says of it
- apiGroups: ["kafka.strimzi.io"]
  resources: ["kafkaconnectors"]
  verbs: [create, delete, get, list, patch, watch]
# get: find out whether Strimzi looks after connectors there, and which plugins the workers have
- apiGroups: ["kafka.strimzi.io"]
  resources: ["kafkaconnects"]
  verbs: [get]
# create: make the topics of a pipeline
# delete: remove the topics of a pipeline
# list: compare the topics that are there with those that are declared
# patch: change a topic's partitions and configuration, and leave it unmanaged where its data is to stay
# watch: mend a topic as soon as somebody changes it
- apiGroups: ["kafka.strimzi.io"]
  resources: ["kafkatopics"]
  verbs: [create, delete, list, patch, watch]
{{- end }}

{{- define "clickstream-operator.rules.election" -}}
# create: tell who has become the leader
- apiGroups: [""]
  resources: ["events"]
  verbs: [create]
# create: make the lease at the first start
# get: see who leads, and until when
# update: take, renew and give up the lease
- apiGroups: ["coordination.k8s.io"]
  resources: ["leases"]
  verbs: [create, get, update]
{{- end }}
