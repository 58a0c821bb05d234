import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Tenant } from '@/api/types'
import { Section } from '@/components/ui/section'
import { FormError, Loaded } from '@/components/ui/states'
import { useLeaveGuard } from '@/components/ui/use-leave-guard'
import { useCan } from '@/lib/auth/permissions'
import { refresh } from '@/lib/auth/session'
import { formatDateTime } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { tenantQuery, updateTenant } from '../api/identity'
import { SettingsPage } from '../components/settings-page'

const FIELDS = ['name', 'country', 'timeZone', 'currency'] as const
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'CAD', 'AUD', 'NZD', 'JPY', 'SGD', 'INR', 'BRL', 'ZAR', 'AED']

/** Every zone and country the browser knows, plus what is set now. */
const zones = (current: string) => [...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')])].filter(Boolean)

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const countries = () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters
    .flatMap(first => letters.map(second => first + second))
    // Countries that are gone (DD, SU) are read as their successors.
    .filter(code => !['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ'].includes(code) && new Intl.Locale(`und-${code}`).region === code)
  return codes.flatMap(code => {
    const name = names.of(code)
    return name ? [{ value: code, label: name }] : []
  }).sort((a, b) => a.label.localeCompare(b.label))
}

export function Workspace() {
  const tenant = useQuery(tenantQuery)
  return (
    <SettingsPage layout="narrow">
      <Loaded query={tenant}>{data => <WorkspaceForm key={data.version ?? data.id} tenant={data} />}</Loaded>
    </SettingsPage>
  )
}

function WorkspaceForm({ tenant }: { tenant: Tenant }) {
  const client = useQueryClient()
  const readOnly = !useCan('tenant:write')
  const form = useForm({
    initialValues: { name: tenant.name, country: tenant.country, timeZone: tenant.timeZone, currency: tenant.currency },
    validate: { name: value => (value.trim() ? null : 'The workspace needs a name') },
  })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: (values: typeof form.values) => updateTenant(values, tenant.version),
    onSuccess: async updated => {
      client.setQueryData(tenantQuery.queryKey, updated)
      form.resetDirty(form.values)
      // The session carries name, zone and currency to every screen.
      await refresh()
      void client.invalidateQueries({ queryKey: ['identity'] })
      notifications.show({ message: 'Workspace saved' })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  useLeaveGuard(form.isDirty() && !save.isPending)
  return (
    <Section title="Workspace" note="Applies to everybody who works here.">
      <form onSubmit={form.onSubmit(values => save.mutate(values))}>
        <Stack maw={460}>
          <TextInput label="Name" disabled={readOnly} {...form.getInputProps('name')} />
          <Select label="Country" description="Phone numbers without a country code are read as numbers of this country." searchable allowDeselect={false} disabled={readOnly} data={countries()} {...form.getInputProps('country')} />
          <Select label="Time zone" description={`All dates in the console are shown in this zone. There it is ${formatDateTime(new Date(), form.values.timeZone)}.`} searchable allowDeselect={false} disabled={readOnly} data={zones(tenant.timeZone)} {...form.getInputProps('timeZone')} />
          <Select label="Currency" searchable allowDeselect={false} disabled={readOnly} data={[...new Set([tenant.currency, ...CURRENCIES])]} {...form.getInputProps('currency')} />
          <FormError message={save.error ? toFormErrors(save.error, FIELDS).rest : undefined} />
          {!readOnly && (
            <Group>
              <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
                Save changes
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  )
}
