import { Link } from '@tanstack/react-router'
import { Search, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { NotificationBell } from '@/features/notifications/components/notification-bell'
import { can, useSession } from '@/lib/auth/permissions'
import { useLive } from '@/lib/realtime'
import { NAVIGATION } from './navigation'
import { TenantSwitch } from './tenant-switch'
import { UserMenu } from './user-menu'
import classes from './shell.module.css'

const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.userAgent)

export function Sidebar({ onSearch }: { onSearch: () => void }) {
  const { permissions } = useSession()
  const groups = NAVIGATION.map(group => ({ ...group, items: group.items.filter(item => item.needs.length === 0 || item.needs.some(need => can(permissions, need))) })).filter(
    group => group.items.length > 0,
  )
  return (
    <>
      <div style={{ display: 'flex', alignItems: 'center', gap: 4 }}>
        <TenantSwitch />
        <NotificationBell />
      </div>
      <button type="button" className={classes.search} onClick={onSearch}>
        <Search size={14} aria-hidden />
        <span>Search or jump to</span>
        <kbd className="tl-kbd" aria-hidden>
          {isMac ? '⌘K' : 'Ctrl K'}
        </kbd>
      </button>
      <nav className={classes.nav} aria-label="Main">
        {groups.map(group => (
          <div key={group.label ?? 'top'}>
            {group.label && <div className={classes.group}>{group.label}</div>}
            <ul className={classes.list}>
              {group.items.map(({ label, to, icon: Icon }) => (
                <li key={to}>
                  <Link to={to} className={classes.link} activeOptions={{ exact: to === '/', includeSearch: false }}>
                    <Icon size={16} strokeWidth={1.9} aria-hidden />
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <LiveNotice />
      <UserMenu />
    </>
  )
}

/** Said only after a while: reconnecting within seconds is nobody's concern. */
function LiveNotice() {
  const live = useLive()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(!live), live ? 0 : 8_000)
    return () => clearTimeout(timer)
  }, [live])
  if (live || !late) return null
  return (
    <p className={classes.offline} role="status">
      <WifiOff size={13} aria-hidden /> Live updates paused, retrying
    </p>
  )
}
