import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { CampaignMonitor } from '@/api/types'
import { formatCompact, formatNumber, useFormat } from '@/lib/format'

const LINES = [
  { key: 'sent', label: 'Sent', colour: 'var(--tl-accent)' },
  { key: 'opened', label: 'Opened', colour: 'var(--tl-violet)' },
  { key: 'clicked', label: 'Clicked', colour: 'var(--tl-green)' },
] as const

export function SeriesChart({ series }: { series: CampaignMonitor['series'] }) {
  const format = useFormat()
  const last = series.at(-1)
  return (
    <figure style={{ margin: 0 }}>
      <figcaption style={{ display: 'flex', gap: 16, marginBottom: 8, fontSize: 12, color: 'var(--tl-ink-2)', flexWrap: 'wrap' }}>
        {LINES.map(line => (
          <span key={line.key} style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
            <span aria-hidden style={{ width: 10, height: 3, borderRadius: 2, background: line.colour }} />
            {line.label} <span className="tl-num">{last ? formatNumber(last[line.key]) : ''}</span>
          </span>
        ))}
      </figcaption>
      <div style={{ height: 250 }} aria-hidden>
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={series} margin={{ top: 4, right: 4, bottom: 0, left: -12 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--tl-line)" />
            <XAxis dataKey="at" tickFormatter={(at: string) => format.time(at).slice(0, 5)} tick={{ fontSize: 11, fill: 'var(--tl-ink-2)' }} stroke="var(--tl-line-strong)" tickLine={false} minTickGap={40} />
            <YAxis tickFormatter={formatCompact} tick={{ fontSize: 11, fill: 'var(--tl-ink-2)' }} axisLine={false} tickLine={false} allowDecimals={false} />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={at => format.time(String(at))}
              formatter={(value, name) => [formatNumber(Number(value)), LINES.find(line => line.key === name)?.label ?? name]}
              contentStyle={{ background: 'var(--tl-raised)', border: '1px solid var(--tl-line-strong)', borderRadius: 8, fontSize: 12, boxShadow: 'var(--tl-shadow-pop)' }}
              itemStyle={{ color: 'var(--tl-ink)', padding: 0 }}
              labelStyle={{ color: 'var(--tl-ink-2)' }}
            />
            {LINES.map(line => (
              <Area key={line.key} type="monotone" dataKey={line.key} stroke={line.colour} strokeWidth={2} fill={line.colour} fillOpacity={0.08} isAnimationActive={false} dot={false} />
            ))}
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </figure>
  )
}
