import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { appRoute } from '@/app/base-routes'
import { leadSearch } from './lead-search'

export const leadsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/leads',
  validateSearch: leadSearch,
  component: lazyRouteComponent(() => import('./screens/lead-list'), 'LeadList'),
})

export const leadRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/leads/$leadId',
  component: lazyRouteComponent(() => import('./screens/lead-detail'), 'LeadDetail'),
})

const importsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/imports',
  component: lazyRouteComponent(() => import('./screens/import-list'), 'ImportList'),
})

const newImportRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/imports/new',
  component: lazyRouteComponent(() => import('./screens/import-upload'), 'ImportUpload'),
})

export const importRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/imports/$importId',
  validateSearch: z.object({ step: z.enum(['map', 'check']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./screens/import-detail'), 'ImportDetail'),
})

const stagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/pipeline',
  component: lazyRouteComponent(() => import('./screens/pipeline'), 'PipelineSettings'),
})

export const leadRoutes = [leadsRoute, leadRoute, importsRoute, newImportRoute, importRoute, stagesRoute] as const
