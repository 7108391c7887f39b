/** Which call of the contract a request is: its method, and its path with what varies in braces. */

/** Whatever is not of a group of Kubernetes itself is a custom resource. */
const OWN_GROUPS = /^(apps|batch|autoscaling|policy|extensions|.*\.k8s\.io)$/

/** Group and version are fixed for the built-in resources; those of custom ones vary, as do their names. */
export function callOfRequest(method: string, pathAndQuery: string): string {
  const [path = '', query = ''] = pathAndQuery.split('?')
  const segments = path.replace(/\/$/, '').split('/').slice(1)
  const watched = method === 'GET' && /(^|&)watch=(true|1)(&|$)/.test(query)
  return `${watched ? 'WATCH' : method} /${shape(segments).join('/')}`
}

function shape(segments: readonly string[]): string[] {
  const [root, group = '', version = ''] = segments
  if (root === 'api' && segments.length > 2) return ['api', 'v1', ...resource(segments.slice(2), false)]
  if (root === 'apis' && segments.length > 1) {
    const custom = !OWN_GROUPS.test(group)
    return ['apis', ...(custom ? ['{group}'] : [group]), ...(version === '' ? [] : [custom ? '{version}' : version]), ...resource(segments.slice(3), custom)]
  }
  if (root === 'openapi' && segments.length > 2) return ['openapi', segments[1]!, '{path...}']
  return [...segments]
}

function resource(segments: readonly string[], custom: boolean): string[] {
  // `namespaces/NAME/RESOURCE...` is a place, `namespaces/NAME` and its subresources are an object.
  const inNamespace = segments[0] === 'namespaces' && segments.length > 2 && !['status', 'finalize'].includes(segments[2]!)
  const [plural, name, subresource] = inNamespace ? segments.slice(2) : segments
  return [
    ...(inNamespace ? ['namespaces', '{namespace}'] : []),
    ...(plural === undefined ? [] : [custom ? '{plural}' : plural]),
    ...(name === undefined ? [] : ['{name}']),
    ...(subresource === undefined ? [] : [subresource]),
  ]
}
