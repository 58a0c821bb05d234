import { Button, Group, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { SandboxMessageDetail } from '@/api/types'
import { MessageFrame } from '@/components/ui/message-frame'
import { Loaded } from '@/components/ui/states'
import { formatBytes, useFormat } from '@/lib/format'
import { sandboxMessageQuery } from '../api/notifications'
import classes from '../screens/sandbox.module.css'

type View = 'html' | 'mobile' | 'text' | 'headers' | 'raw'

const VIEWS: { value: View; label: string }[] = [
  { value: 'html', label: 'Desktop' },
  { value: 'mobile', label: 'Mobile' },
  { value: 'text', label: 'Text' },
  { value: 'headers', label: 'Headers' },
  { value: 'raw', label: 'Raw' },
]

export function MessageReader({ id, onBack }: { id: string; onBack: () => void }) {
  const message = useQuery(sandboxMessageQuery(id))
  return (
    <Loaded query={message}>
      {data => <Reader message={data} onBack={onBack} />}
    </Loaded>
  )
}

function Reader({ message, onBack }: { message: SandboxMessageDetail; onBack: () => void }) {
  const format = useFormat()
  const [view, setView] = useState<View>('html')
  return (
    <>
      <div className={classes.head}>
        <Button className={classes.back} variant="subtle" color="gray" size="xs" w="fit-content" ml={-10} leftSection={<ArrowLeft size={14} />} onClick={onBack}>
          All messages
        </Button>
        <h2 className={classes.subject}>{message.subject}</h2>
        <div className={classes.from}>
          {message.from} to {message.to}
        </div>
        <div className={classes.from}>
          {format.dateTime(message.at)} · {formatBytes(message.size)}
        </div>
      </div>
      <div className={classes.tools}>
        <SegmentedControl size="xs" aria-label="View" value={view} onChange={value => setView(value as View)} data={VIEWS} />
        <Group gap="xs">
          {message.unsubscribeUrl && (
            <Button component="a" href={message.unsubscribeUrl} target="_blank" rel="noreferrer" variant="default" size="xs" rightSection={<ExternalLink size={12} />}>
              Unsubscribe page
            </Button>
          )}
        </Group>
      </div>
      <div className={classes.stage}>
        {(view === 'html' || view === 'mobile') && (
          <div className={classes.frame} data-narrow={view === 'mobile' || undefined}>
            <MessageFrame html={message.html} title={`Message to ${message.to}`} />
          </div>
        )}
        {view === 'text' && <pre className={classes.code}>{message.text}</pre>}
        {view === 'raw' && <pre className={classes.code}>{message.raw}</pre>}
        {view === 'headers' && (
          <table className={classes.headers} aria-label="Headers">
            <tbody>
              {message.headers.map((header, index) => (
                <tr key={`${header.name}${index}`}>
                  <th scope="row">{header.name}</th>
                  <td>{header.value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  )
}
