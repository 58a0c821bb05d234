import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { appRoute } from '@/app/base-routes'

const search = z.object({ q: z.string().optional().catch(undefined) })

export const customersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/customers',
  validateSearch: search,
  component: lazyRouteComponent(() => import('./screens/customer-list'), 'CustomerList'),
})

export const suppressionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/customers/suppressions',
  validateSearch: search,
  component: lazyRouteComponent(() => import('./screens/suppressions'), 'Suppressions'),
})

export const customerRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/customers/$customerId',
  component: lazyRouteComponent(() => import('./screens/customer-detail'), 'CustomerDetail'),
})

export const customerRoutes = [customersRoute, suppressionsRoute, customerRoute] as const
