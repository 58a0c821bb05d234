import { Loader, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Brand, BrandFields, MessagePreview } from '@/api/types'
import { MessageFrame } from '@/components/ui/message-frame'
import { ErrorState, Lines } from '@/components/ui/states'
import { previewBrand } from '../api/brands'
import { withEdits } from '../live-preview'
import classes from '../screens/brand-editor.module.css'

const SAMPLE = {
  subject: 'A message in your brand',
  html: '<h1>Hello Jamie,</h1><p>this is how a message of this brand looks: a heading, a paragraph with <a href="https://example.com">a link</a>, and one clear next step.</p><p><a href="https://example.com" class="button">See the numbers</a></p><p>Best regards</p>',
}

/** The service that renders asks for a brand again after ten seconds: so long after saving, the message may still be the one before. */
const SETTLES = 6
const EVERY_MS = 2_000
const isNews = (brand: Brand) => Date.now() - Date.parse(brand.updatedAt) < 60_000

interface Rendered extends MessagePreview {
  /** The brand whose look this is. */
  of: Brand
}

function useRendered(brand: Brand) {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['brands', 'preview', brand.id, brand.version],
    queryFn: async ({ signal }): Promise<Rendered> => {
      const preview = await previewBrand(brand.id, SAMPLE, signal)
      const before = client.getQueriesData<Rendered>({ queryKey: ['brands', 'preview', brand.id] }).find(([, data]) => data?.html === preview.html)
      return before?.[1] ?? { ...preview, of: brand }
    },
    refetchInterval: query => (isNews(brand) && query.state.dataUpdateCount < SETTLES ? EVERY_MS : false),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  })
}

export function BrandPreviewPane({ brand, edited, dirty }: { brand: Brand; edited: BrandFields; dirty: boolean }) {
  const [view, setView] = useState<'light' | 'dark' | 'text'>('light')
  const preview = useRendered(brand)
  return (
    <section className={classes.preview} aria-label="Email preview">
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Preview as"
          value={view}
          onChange={value => setView(value as typeof view)}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
            { value: 'text', label: 'Plain text' },
          ]}
        />
        <span style={{ color: 'var(--tl-ink-2)' }}>{dirty ? 'With your unsaved changes' : 'As it is sent'}</span>
        {preview.isFetching && <Loader size={14} aria-label="Rendering" />}
      </div>
      <div className={classes.canvas}>
        {preview.error && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.isLoading && (
          <div style={{ padding: 20 }}>
            <Lines />
          </div>
        )}
        {preview.data && view !== 'text' && <MessageFrame html={withEdits(preview.data.html, preview.data.of, edited)} title="Message in this brand" dark={view === 'dark'} />}
        {preview.data && view === 'text' && <pre style={{ margin: 0, padding: 20, fontSize: 12, whiteSpace: 'pre-wrap' }}>{preview.data.text}</pre>}
      </div>
    </section>
  )
}
