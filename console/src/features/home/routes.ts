import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '@/app/base-routes'

const homeRoute = createRoute({ getParentRoute: () => appRoute, path: '/', component: lazyRouteComponent(() => import('./screens/home'), 'Home') })

export const homeRoutes = [homeRoute] as const
