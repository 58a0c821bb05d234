import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useRouter } from '@tanstack/react-router'
import { Menu, Search } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import { NoWorkspace } from '@/features/identity/components/no-workspace'
import { NotificationBell } from '@/features/notifications/components/notification-bell'
import { useSession } from '@/lib/auth/permissions'
import { useAuth } from '@/lib/auth/session'
import { openLive } from '@/lib/realtime'
import { usePalette } from './palette-state'
import { Sidebar } from './sidebar'
import classes from './shell.module.css'

const Palette = lazy(() => import('./palette').then(module => ({ default: module.Palette })))

export function Shell() {
  const auth = useAuth()
  return auth.status === 'signedIn' && !auth.session.tenant ? <NoWorkspace /> : <Workspace />
}

function Workspace() {
  const client = useQueryClient()
  const session = useSession()
  const [menuOpen, menu] = useDisclosure(false)
  const palette = usePalette()
  const router = useRouter()

  const owner = `${session.user.id} ${session.tenant.id}`
  useEffect(() => (owner.trim() ? openLive(client) : undefined), [client, owner])
  const closeMenu = menu.close
  useEffect(
    () =>
      router.subscribe('onResolved', ({ pathChanged }) => {
        closeMenu()
        // What had the focus is gone with its page: begin at the new one, not at the top of the window.
        if (pathChanged && document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true })
      }),
    [router, closeMenu],
  )

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <aside className={`${classes.sidebar} ${classes.desktop}`}>
        <Sidebar onSearch={palette.open} />
      </aside>
      <div className={classes.topbar}>
        <ActionIcon size={36} aria-label="Open menu" onClick={menu.open}>
          <Menu size={18} />
        </ActionIcon>
        <strong className="tl-truncate">{session.tenant.name}</strong>
        <ActionIcon size={36} aria-label="Search" onClick={palette.open}>
          <Search size={17} />
        </ActionIcon>
        <NotificationBell size={36} />
      </div>
      <Drawer opened={menuOpen} onClose={menu.close} position="left" size={272} withCloseButton={false} padding={0} attributes={{ content: { 'aria-label': 'Menu' } }} styles={{ body: { height: '100%' } }}>
        <div className={classes.sidebar}>
          <Sidebar onSearch={() => { menu.close(); palette.open() }} />
        </div>
      </Drawer>
      <main id="main" className={classes.main} tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </main>
      {palette.times > 0 && (
        <Suspense>
          <Palette key={palette.times} opened={palette.opened} onClose={palette.close} />
        </Suspense>
      )}
    </div>
  )
}
