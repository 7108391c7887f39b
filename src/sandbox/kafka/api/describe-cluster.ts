/**
 * DescribeCluster, key 60.
 *
 * Request  0-1 => include_cluster_authorized_operations: bool, (1+) endpoint_type: int8 (1 brokers, 2 controllers)
 * Response 0+  => throttle_time_ms: int32, error_code: int16, error_message: nullable string, (1+) endpoint_type: int8,
 *                 cluster_id: string, controller_id: int32, brokers: [broker_id: int32, host: string, port: int32,
 *                 rack: nullable string], cluster_authorized_operations: int32
 */
import { defineApi } from './api.ts'

const NO_OPERATIONS = -2_147_483_648
const BROKERS = 1

export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  mutating: false,
  read(reader, version) {
    reader.bool()
    if (version >= 1) reader.int8()
    return {}
  },
  names: () => [],
  handle: (broker) => ({ clusterId: broker.clusterId, nodeId: broker.nodeId, host: broker.host, port: broker.port }),
  status: () => 0,
  write(writer, { clusterId, nodeId, host, port }, version) {
    writer.int32(0).int16(0).string(null)
    if (version >= 1) writer.int8(BROKERS)
    writer.string(clusterId).int32(nodeId)
    writer.structs([nodeId], (id) => writer.int32(id).string(host).int32(port).string(null)).int32(NO_OPERATIONS)
  },
})
