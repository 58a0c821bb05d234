import { ActionIcon, Alert, Loader, SegmentedControl, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import type { Campaign } from '@/api/types'
import { MessageFrame } from '@/components/ui/message-frame'
import { LeadSelect } from '@/features/leads/components/lead-select'
import { explain } from '@/lib/problem'
import { previewQuery } from '../api/campaigns'
import classes from '../screens/compose.module.css'

type View = 'desktop' | 'mobile' | 'text'

export function PreviewPane({ fields }: { fields: Pick<Campaign, 'brandId' | 'subject' | 'preheader' | 'html' | 'text'> }) {
  const [view, setView] = useState<View>('desktop')
  const [dark, setDark] = useState(false)
  const [leadId, setLeadId] = useState<string | null>(null)
  const { brandId, subject, preheader, html, text } = fields
  // One value, so that a keystroke starts one wait and not one per field.
  const [request] = useDebouncedValue(JSON.stringify({ brandId, subject, preheader: preheader || undefined, html, text: text || undefined, leadId: leadId ?? undefined }), 450)
  const preview = useQuery(previewQuery(JSON.parse(request)))
  const data = preview.data
  return (
    <section className={classes.preview} aria-label="Preview">
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Preview as"
          value={view}
          onChange={value => setView(value as View)}
          data={[
            { value: 'desktop', label: 'Desktop' },
            { value: 'mobile', label: 'Mobile' },
            { value: 'text', label: 'Plain text' },
          ]}
        />
        <Tooltip label={dark ? 'Show on a light background' : 'Show as in dark mode'}>
          <ActionIcon aria-label="Dark mode preview" aria-pressed={dark} onClick={() => setDark(!dark)}>
            {dark ? <Sun size={15} /> : <Moon size={15} />}
          </ActionIcon>
        </Tooltip>
        <LeadSelect aria-label="Preview for lead" placeholder="As an example person" size="xs" value={leadId} onChange={setLeadId} style={{ flex: '1 1 150px', maxWidth: 240, marginLeft: 'auto' }} />
        {preview.isFetching && <Loader size={14} aria-label="Rendering" />}
      </div>
      {preview.error && (
        <Alert color="red" radius={0} title="The preview could not be made">
          {explain(preview.error).advice ?? explain(preview.error).title}
        </Alert>
      )}
      {data && data.problems.length > 0 && (
        <Alert color="yellow" radius={0} title={data.problems.length === 1 ? 'One thing to fix' : `${data.problems.length} things to fix`}>
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {data.problems.map(problem => (
              <li key={problem.where + problem.message}>
                {problem.where}: {problem.message}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      <div className={classes.envelope}>
        <span className={classes.subject}>{data?.subject || subject || 'No subject yet'}</span>
        {preheader && <span className={`${classes.preheader} tl-truncate`}>{preheader}</span>}
      </div>
      <div className={classes.canvas}>
        {data && view !== 'text' && (
          <div className={classes.frame} data-narrow={view === 'mobile' || undefined}>
            <MessageFrame html={data.html} title="Message preview" dark={dark} />
          </div>
        )}
        {data && view === 'text' && <pre className={classes.text}>{data.text}</pre>}
      </div>
    </section>
  )
}
