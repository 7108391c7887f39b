/** Where the stand-in does otherwise than kube-apiserver, and why that stays. */
import type { Difference } from '../contract.ts'

export const differences: readonly Difference[] = [
  {
    id: 'access',
    real: 'Lets in whom it knows and asks RBAC what they may do.',
    standIn: 'Lets everybody do everything; Roles and bindings are kept and shown, reviews of others are not served.',
    reason: 'It listens on the loopback for one person, and what an operator may do is proven on the real server.',
    refused: true,
  },
  {
    id: 'protobuf',
    real: 'Answers in protobuf to those who take nothing else, and takes every built-in type in it.',
    standIn: 'Refuses the one with 406, and with 400 bodies in protobuf of Pods, Deployments, Services, network policies and budgets.',
    reason: 'Go clients that write those types from code send protobuf, kubectl create among them; apply, helm and the operator send JSON.',
    refused: true,
  },
  {
    id: 'webhooks',
    real: 'Calls webhooks for admission and conversion, and passes on to other API servers.',
    standIn: 'Refuses a definition that converts by webhook with 422, and does not serve the configurations.',
    reason: 'Neither the operator nor its chart brings a webhook.',
    refused: true,
  },
  {
    id: 'workloads',
    real: 'Serves nodes, volumes, jobs, sets and whatever else belongs to running containers.',
    standIn: 'Serves Pods, Deployments and Services alone, which nothing runs; the others are not found, with 404.',
    reason: 'There is nothing to run containers on. What a chart brings is there.',
    refused: true,
  },
  {
    id: 'metrics',
    real: 'Tells its own measures under /metrics.',
    standIn: 'Has none, and says 404.',
    reason: 'They are about that server, not about its API.',
    refused: true,
  },
]
