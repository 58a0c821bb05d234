import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '@/app/base-routes'

const rulesRoute = createRoute({ getParentRoute: () => appRoute, path: '/assignment', component: lazyRouteComponent(() => import('./screens/rules'), 'Rules') })
const poolsRoute = createRoute({ getParentRoute: () => appRoute, path: '/assignment/pools', component: lazyRouteComponent(() => import('./screens/pools'), 'Pools') })
const logRoute = createRoute({ getParentRoute: () => appRoute, path: '/assignment/log', component: lazyRouteComponent(() => import('./screens/decision-log'), 'DecisionLog') })
const workloadRoute = createRoute({ getParentRoute: () => appRoute, path: '/assignment/workload', component: lazyRouteComponent(() => import('./screens/workload'), 'WorkloadScreen') })

export const assignmentRoutes = [rulesRoute, poolsRoute, logRoute, workloadRoute] as const
