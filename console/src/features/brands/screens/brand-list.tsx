import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Palette, Plus } from 'lucide-react'
import type { Brand } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { EmptyState, FormError, Loaded } from '@/components/ui/states'
import { StatusBadge } from '@/components/ui/status-badge'
import { SettingsPage } from '@/features/identity/components/settings-page'
import { useCan, useSession } from '@/lib/auth/permissions'
import { toFormErrors } from '@/lib/problem'
import { brandsQuery, createBrand } from '../api/brands'

export function BrandList() {
  const brands = useQuery(brandsQuery)
  const mayWrite = useCan('brands:write')
  const navigate = useNavigate()
  const [adding, dialog] = useDisclosure(false)
  const columns: Column<Brand>[] = [
    {
      key: 'name',
      header: 'Brand',
      cell: brand => (
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 10 }}>
          <span aria-hidden style={{ width: 18, height: 18, borderRadius: 5, background: `linear-gradient(135deg, ${brand.primaryColor} 60%, ${brand.accentColor} 60%)` }} />
          <Link to="/settings/brands/$brandId" params={{ brandId: brand.id }} {...primaryCell}>
            {brand.name}
          </Link>
          {brand.isDefault && (
            <StatusBadge tone="tide" dot={false}>
              Default
            </StatusBadge>
          )}
        </span>
      ),
    },
    { key: 'sender', header: 'Sender', hideBelow: 'sm', cell: brand => (brand.sender ? `${brand.sender.fromName} <${brand.sender.fromEmail}>` : '–') },
    { key: 'language', header: 'Language', hideBelow: 'md', cell: brand => brand.language },
  ]
  const add = (
    <Button leftSection={<Plus size={14} />} onClick={dialog.open}>
      New brand
    </Button>
  )
  return (
    <SettingsPage actions={mayWrite && add}>
      <Section title="Brands" note="How messages look and who they come from. Each campaign names one." flush>
        <Loaded query={brands}>
          {list => (
            <div style={{ margin: -1 }}>
              <DataTable
                label="Brands"
                inline
                columns={columns}
                rows={list}
                rowKey={brand => brand.id}
                rowLabel={brand => brand.name}
                onOpen={brand => void navigate({ to: '/settings/brands/$brandId', params: { brandId: brand.id } })}
                empty={
                  <EmptyState compact icon={Palette} title="No brand yet" actions={mayWrite && add}>
                    Colours, sender, legal name and postal address: what makes a message yours, and lawful.
                  </EmptyState>
                }
              />
            </div>
          )}
        </Loaded>
      </Section>
      <Modal opened={adding} onClose={dialog.close} title="New brand">
        <NewBrand first={brands.data?.length === 0} onClose={dialog.close} />
      </Modal>
    </SettingsPage>
  )
}

const FIELDS = ['name', 'legalName', 'postalAddress', 'sender.fromName', 'sender.fromEmail'] as const

function NewBrand({ first, onClose }: { first: boolean; onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tenant, user } = useSession()
  const form = useForm({
    initialValues: { name: '', legalName: tenant.name, postalAddress: '', sender: { fromName: tenant.name, fromEmail: user.email } },
    validate: { name: value => (value.trim() ? null : 'Give the brand a name'), postalAddress: value => (value.trim() ? null : 'Commercial mail must carry a postal address'), sender: { fromEmail: value => (/^\S+@\S+$/.test(value) ? null : 'Enter an email address') } },
  })
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: (values: typeof form.values) => createBrand({ ...values, isDefault: first, primaryColor: '#0b6e82', accentColor: '#f2a900', fontFamily: 'Helvetica, Arial, sans-serif', language: 'en' }),
    onSuccess: brand => {
      void client.invalidateQueries({ queryKey: ['brands'] })
      void navigate({ to: '/settings/brands/$brandId', params: { brandId: brand.id } })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
        <TextInput label="Legal name" {...form.getInputProps('legalName')} />
        <TextInput label="Postal address" {...form.getInputProps('postalAddress')} />
        <TextInput label="Sender name" {...form.getInputProps('sender.fromName')} />
        <TextInput label="Sender email" type="email" {...form.getInputProps('sender.fromEmail')} />
        <FormError message={create.error ? toFormErrors(create.error, FIELDS).rest : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create brand
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
