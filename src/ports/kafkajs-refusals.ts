/** Brokers say in words why they refuse; kafkajs reads the words and throws them away. This keeps them on its errors. */
import alterConfigsV0 from 'kafkajs/src/protocol/requests/alterConfigs/v0/response.js'
import alterConfigsV1 from 'kafkajs/src/protocol/requests/alterConfigs/v1/response.js'
import createPartitionsV0 from 'kafkajs/src/protocol/requests/createPartitions/v0/response.js'
import createPartitionsV1 from 'kafkajs/src/protocol/requests/createPartitions/v1/response.js'
import createTopicsV1 from 'kafkajs/src/protocol/requests/createTopics/v1/response.js'
import createTopicsV2 from 'kafkajs/src/protocol/requests/createTopics/v2/response.js'
import createTopicsV3 from 'kafkajs/src/protocol/requests/createTopics/v3/response.js'
import describeConfigsV1 from 'kafkajs/src/protocol/requests/describeConfigs/v1/response.js'
import describeConfigsV2 from 'kafkajs/src/protocol/requests/describeConfigs/v2/response.js'

const messages = new WeakMap<object, string>()

/** What the broker said of the refusal that this error stands for. */
export const brokerMessageOf = (error: object): string | undefined => messages.get(error)

interface Answered {
  readonly errorCode: number
  readonly errorMessage?: string | null
}

const modules = [
  alterConfigsV0,
  alterConfigsV1,
  createPartitionsV0,
  createPartitionsV1,
  createTopicsV1,
  createTopicsV2,
  createTopicsV3,
  describeConfigsV1,
  describeConfigsV2,
]

for (const module of new Set(modules)) {
  const parse = module.parse
  module.parse = async (data) => {
    try {
      return await parse(data)
    } catch (error) {
      const { topicErrors, resources } = data as { topicErrors?: readonly Answered[]; resources?: readonly Answered[] }
      const refused = (topicErrors ?? resources ?? []).find(({ errorCode }) => errorCode !== 0)
      if (refused?.errorMessage && typeof error === 'object' && error !== null) messages.set(error, refused.errorMessage)
      throw error
    }
  }
}
