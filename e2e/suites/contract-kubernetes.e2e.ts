/** What the API server must do, held by the stand-in and, with `--real kubernetes`, by kube-apiserver. */
import { contractSuite } from '../contract/hold.ts'
import { kubernetes } from '../contract/kubernetes.ts'

contractSuite(kubernetes)
