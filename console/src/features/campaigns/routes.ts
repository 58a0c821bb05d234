import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { appRoute } from '@/app/base-routes'

const campaignsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./screens/campaign-list'), 'CampaignList'),
})

const newCampaignRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/campaigns/new',
  component: lazyRouteComponent(() => import('./screens/new-campaign'), 'NewCampaign'),
})

export const campaignRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/campaigns/$campaignId',
  component: lazyRouteComponent(() => import('./screens/campaign-monitor'), 'CampaignMonitorScreen'),
})

export const COMPOSE_STEPS = ['content', 'audience', 'delivery', 'review'] as const
export type ComposeStep = (typeof COMPOSE_STEPS)[number]

export const composeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/campaigns/$campaignId/edit',
  validateSearch: z.object({ step: z.enum(COMPOSE_STEPS).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./screens/compose'), 'Compose'),
})

export const campaignRoutes = [campaignsRoute, newCampaignRoute, campaignRoute, composeRoute] as const
