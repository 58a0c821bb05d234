import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { EmptyState, FormError, Loaded } from '@/components/ui/states'
import { brandsQuery } from '@/features/brands/api/brands'
import { toFormErrors } from '@/lib/problem'
import { Palette } from 'lucide-react'
import { createCampaign } from '../api/campaigns'
import { STARTER_HTML } from '../starter'

const FIELDS = ['name', 'brandId', 'subject'] as const

export function NewCampaign() {
  const brands = useQuery(brandsQuery)
  return (
    <Page title="New campaign" crumbs={[{ label: 'Campaigns', to: '/campaigns' }]} layout="narrow">
      <Loaded query={brands}>
        {list =>
          list.length === 0 ? (
            <EmptyState
              icon={Palette}
              title="A campaign needs a brand"
              actions={
                <Button component={Link} to="/settings/brands">
                  Set up a brand
                </Button>
              }
            >
              The brand gives a message its look, its sender and the postal address it must carry.
            </EmptyState>
          ) : (
            <NewCampaignForm brands={list.map(brand => ({ value: brand.id, label: brand.name }))} initial={(list.find(brand => brand.isDefault) ?? list[0])!.id} />
          )
        }
      </Loaded>
    </Page>
  )
}

function NewCampaignForm({ brands, initial }: { brands: { value: string; label: string }[]; initial: string }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const form = useForm({
    initialValues: { name: '', brandId: initial, subject: '' },
    validate: { name: value => (value.trim() ? null : 'Give the campaign a name'), subject: value => (value.trim() ? null : 'Write a subject line') },
  })
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: (values: typeof form.values) => createCampaign({ ...values, channel: 'email', html: STARTER_HTML, audience: { leadFilter: {} } }),
    onSuccess: campaign => {
      void client.invalidateQueries({ queryKey: ['campaigns'] })
      void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: campaign.id }, search: {}, replace: true })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  useEffect(() => document.querySelector<HTMLInputElement>('input[name=campaign-name]')?.focus(), [])
  return (
    <Section title="The campaign" note="Kept as a draft until you start it.">
      <form onSubmit={form.onSubmit(values => create.mutate(values))} noValidate>
        <Stack maw={520}>
          <TextInput name="campaign-name" label="Name" description="Only your team sees it." placeholder="Spring roof check" {...form.getInputProps('name')} />
          <Select label="Brand" allowDeselect={false} data={brands} {...form.getInputProps('brandId')} />
          <TextInput label="Subject" placeholder="{{firstName}}, what your roof could earn" {...form.getInputProps('subject')} />
          <FormError message={create.error ? toFormErrors(create.error, FIELDS).rest : undefined} />
          <Group>
            <Button type="submit" loading={create.isPending}>
              Create draft
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
