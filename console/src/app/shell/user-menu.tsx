import { Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, LogOut, UserCog } from 'lucide-react'
import { Avatar } from '@/components/ui/avatar'
import { label } from '@/components/ui/status-badge'
import { useSession } from '@/lib/auth/permissions'
import { signOut } from '@/lib/auth/session'
import classes from './shell.module.css'

export function UserMenu() {
  const { user, role } = useSession()
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()

  const leave = async () => {
    await signOut().catch(() => undefined)
    await navigate({ to: '/sign-in' })
  }
  return (
    <Menu position="top-start" width={240} closeOnItemClick={false}>
      <Menu.Target>
        <button type="button" className={classes.user} aria-label={`Account of ${user.name}`}>
          <Avatar name={user.name || user.email} size={28} />
          <span className={classes.userText}>
            <span className={`${classes.userName} tl-truncate`} style={{ display: 'block' }}>
              {user.name}
            </span>
            <span className={classes.userRole}>{label(role)}</span>
          </span>
          <Ellipsis size={15} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <div style={{ padding: '2px 8px 8px' }}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Theme"
            value={colorScheme}
            onChange={value => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'auto', label: 'System' },
            ]}
          />
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<UserCog size={14} />} closeMenuOnClick onClick={() => void navigate({ to: '/settings/account' })}>
          Your account
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={14} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
