/** What /metrics shows. One registry per operator, so that several can live in one process. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** `queue` is asked when somebody reads the metrics: between two reconciles nobody else would tell. */
export function createMetrics(queue: () => { readonly depth: number; readonly oldestMs: number }) {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    leader: new Gauge({ name: 'clickstream_leader', help: '1 when this operator leads, or is the only one by its settings; 0 on a standby.', registers }),
    leaseTransitions: new Gauge({ name: 'clickstream_lease_transitions', help: 'How often the lease has changed hands, as it says itself.', registers }),
    permissionMissing: new Gauge({
      name: 'clickstream_permission_missing',
      help: '1 for each permission that the Kubernetes API server has refused and not granted since.',
      labelNames: ['verb', 'resource', 'api_group', 'namespace'],
      registers,
    }),
    reconciles: new Counter({ name: 'clickstream_reconciles_total', help: 'Reconciles by kind and result.', labelNames: ['kind', 'result'], registers }),
    reconcileSeconds: new Histogram({
      name: 'clickstream_reconcile_seconds',
      help: 'Duration of a reconcile.',
      labelNames: ['kind'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'clickstream_queue_depth',
      help: 'Keys of pipelines and platforms that wait for a worker.',
      registers,
      collect() {
        this.set(queue().depth)
      },
    }),
    queueOldest: new Gauge({
      name: 'clickstream_queue_oldest_seconds',
      help: 'How long the key that has waited longest for a worker waits already. On a standby all keys wait.',
      registers,
      collect() {
        this.set(queue().oldestMs / 1000)
      },
    }),
    actions: new Counter({
      name: 'clickstream_actions_total',
      help: 'Actions at backends by kind of object, class and result.',
      labelNames: ['kind', 'class', 'result'],
      registers,
    }),
    relistMissed: new Counter({
      name: 'clickstream_relist_missed_total',
      help: 'Objects that a list found and the watch had passed by. It must stay 0.',
      labelNames: ['resource'],
      registers,
    }),
    watchEnds: new Counter({
      name: 'clickstream_watch_ends_total',
      help: 'Ends of watches by resource and cause.',
      labelNames: ['resource', 'why'],
      registers,
    }),
    backendUp: new Gauge({
      name: 'clickstream_backend_up',
      help: '1 when the backend of a platform can be used.',
      labelNames: ['namespace', 'platform', 'backend'],
      registers,
    }),
    condition: new Gauge({
      name: 'clickstream_pipeline_condition',
      help: '1 when the condition of a pipeline is True, 0 when False, -1 when Unknown.',
      labelNames: ['namespace', 'pipeline', 'type'],
      registers,
    }),
    consumed: new Gauge({ name: 'clickstream_object_consumed', help: 'Offsets consumed, summed over partitions.', labelNames: ['platform', 'id'], registers }),
    available: new Gauge({ name: 'clickstream_object_available', help: 'End offsets of the input, summed.', labelNames: ['platform', 'id'], registers }),
    produced: new Gauge({ name: 'clickstream_object_produced', help: 'Records or documents put out.', labelNames: ['platform', 'id'], registers }),
    lastOutput: new Gauge({
      name: 'clickstream_object_last_output_seconds',
      help: 'Time of the last record or document, in epoch seconds.',
      labelNames: ['platform', 'id'],
      registers,
    }),
  }
}
