import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Campaign } from '@/api/types'
import { Facts, Section } from '@/components/ui/section'
import { brandsQuery } from '@/features/brands/api/brands'
import { formatNumber, useFormat } from '@/lib/format'
import { describe, toConditions } from '../audience'
import { useConditionOptions } from './condition-list'
import { PreviewPane } from './preview-pane'

export function CampaignDetails({ campaign }: { campaign: Campaign }) {
  const format = useFormat()
  const options = useConditionOptions()
  const brand = useQuery(brandsQuery).data?.find(entry => entry.id === campaign.brandId)
  const text = (filter: Campaign['audience']['leadFilter'] | null | undefined) =>
    describe(toConditions(filter, format.zone), (field, value) => options[field].find(option => option.value === value)?.label ?? value)
  const include = text(campaign.audience?.leadFilter)
  const exclude = text(campaign.audience?.exclude)
  return (
    <Stack gap="md">
      <Section title="Settings">
        <Facts
          items={[
            ['Brand', brand?.name],
            ['From', brand && `${brand.sender.fromName} <${brand.sender.fromEmail}>`],
            ['Audience', include ? `Leads whose ${include}` : 'All leads'],
            exclude ? ['Left out', `Leads whose ${exclude}`] : null,
            ['Pace', campaign.throttlePerMinute ? `${formatNumber(campaign.throttlePerMinute)} a minute` : 'As fast as possible'],
            ['Created', format.dateTime(campaign.createdAt)],
            ['Started', format.dateTime(campaign.startedAt)],
            ['Finished', format.dateTime(campaign.completedAt)],
          ]}
        />
      </Section>
      <div style={{ height: 640, border: '1px solid var(--tl-line)', borderRadius: 10, overflow: 'hidden', display: 'grid' }}>
        <PreviewPane fields={campaign} />
      </div>
    </Stack>
  )
}
