import { Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { StatusBadge } from '@/components/ui/status-badge'
import { deliveryQuery } from '../api/notifications'

export function DeliveryBadge() {
  const { data } = useQuery(deliveryQuery)
  if (!data) return null
  const sandbox = data.mode === 'sandbox'
  const text = sandbox ? 'Messages are captured in the sandbox inbox. Nothing leaves this server.' : `Messages go out through ${data.host ?? 'SMTP'}${data.port ? `:${data.port}` : ''}${data.healthy ? '' : ', which does not answer at the moment'}.`
  return (
    <Tooltip label={text} multiline w={260}>
      <span>
        <StatusBadge tone={sandbox ? 'violet' : data.healthy ? 'green' : 'red'}>{sandbox ? 'Sandbox delivery' : 'SMTP delivery'}</StatusBadge>
      </span>
    </Tooltip>
  )
}
