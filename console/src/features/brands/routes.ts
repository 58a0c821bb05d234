import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '@/app/base-routes'

const brandsRoute = createRoute({ getParentRoute: () => appRoute, path: '/settings/brands', component: lazyRouteComponent(() => import('./screens/brand-list'), 'BrandList') })

export const brandRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/brands/$brandId',
  component: lazyRouteComponent(() => import('./screens/brand-editor'), 'BrandEditor'),
})

export const brandRoutes = [brandsRoute, brandRoute] as const
