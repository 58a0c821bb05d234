import { ActionIcon, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Ban, Plus, Trash2 } from 'lucide-react'
import type { Suppression } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, type Column } from '@/components/ui/data-table'
import { FilterBar, SearchBox } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState, FormError } from '@/components/ui/states'
import { label } from '@/components/ui/status-badge'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { addSuppression, removeSuppression, suppressionsQuery } from '../api/customers'
import { suppressionsRoute } from '../routes'
import { CUSTOMER_TABS } from '../tabs'

export function Suppressions() {
  const { q } = suppressionsRoute.useSearch()
  const navigate = useNavigate({ from: suppressionsRoute.fullPath })
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const mayWrite = useCan('customers:write')
  const [adding, dialog] = useDisclosure(false)
  const list = useInfiniteQuery(suppressionsQuery(q))
  const remove = useMutation({ mutationFn: (entry: Suppression) => removeSuppression(entry.id), onSettled: () => client.invalidateQueries({ queryKey: ['customers', 'suppressions'] }) })
  const ask = async (entry: Suppression) => {
    const body = `${entry.address} can be written to again. Do this only when the person asked for it, or the address works again.`
    if (await confirm({ title: 'Lift this suppression?', body, confirm: 'Lift suppression', danger: true })) remove.mutate(entry)
  }
  const columns: Column<Suppression>[] = [
    { key: 'address', header: 'Address', cell: entry => <strong style={{ fontWeight: 500 }}>{entry.address}</strong> },
    { key: 'channel', header: 'Channel', hideBelow: 'sm', cell: entry => label(entry.channel) },
    { key: 'reason', header: 'Reason', cell: entry => label(entry.reason) },
    { key: 'since', header: 'Since', hideBelow: 'sm', cell: entry => format.relative(entry.createdAt) },
    {
      key: 'actions',
      header: '',
      align: 'right',
      width: 50,
      cell: entry =>
        mayWrite && (
          <ActionIcon aria-label={`Lift suppression of ${entry.address}`} onClick={() => void ask(entry)}>
            <Trash2 size={14} />
          </ActionIcon>
        ),
    },
  ]
  return (
    <Page
      title="Customers"
      layout="fill"
      tabs={CUSTOMER_TABS}
      actions={
        mayWrite && (
          <Button leftSection={<Plus size={14} />} onClick={dialog.open}>
            Suppress an address
          </Button>
        )
      }
    >
      <FilterBar>
        <SearchBox label="Search suppressions" placeholder="Address" value={q} onChange={value => void navigate({ search: { q: value }, replace: true })} />
      </FilterBar>
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Suppressions"
          columns={columns}
          rows={list.data?.pages.flatMap(page => page.data)}
          rowKey={entry => entry.id}
          rowLabel={entry => entry.address}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          empty={
            <EmptyState icon={Ban} title={q ? 'No such address' : 'No address is blocked'}>
              {q ? 'This address can be written to.' : 'Addresses that unsubscribed, bounced for good or complained are kept here and are left out of every campaign, whatever its audience says.'}
            </EmptyState>
          }
        />
      )}
      <Modal opened={adding} onClose={dialog.close} title="Suppress an address">
        <AddForm onClose={dialog.close} />
      </Modal>
    </Page>
  )
}

function AddForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const form = useForm({ initialValues: { channel: 'email', address: '', reason: 'manual' }, validate: { address: value => (value.trim() ? null : 'Enter an address') } })
  const add = useMutation({
    meta: { showsError: true },
    mutationFn: (values: typeof form.values) => addSuppression({ ...values, address: values.address.trim() }),
    onSuccess: entry => {
      notifications.show({ message: `${entry?.address ?? 'The address'} will not be written to` })
      void client.invalidateQueries({ queryKey: ['customers', 'suppressions'] })
      onClose()
    },
    onError: error => form.setErrors(toFormErrors(error, ['channel', 'address', 'reason']).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => add.mutate(values))} noValidate>
      <Stack gap="sm">
        <Select label="Channel" allowDeselect={false} data={[{ value: 'email', label: 'Email' }, { value: 'sms', label: 'SMS' }]} {...form.getInputProps('channel')} />
        <TextInput label="Address" placeholder={form.values.channel === 'sms' ? '+49 30 1234567' : 'person@example.com'} data-autofocus {...form.getInputProps('address')} />
        <TextInput label="Reason" {...form.getInputProps('reason')} />
        <FormError message={add.error ? toFormErrors(add.error, ['channel', 'address', 'reason']).rest : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Suppress
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
