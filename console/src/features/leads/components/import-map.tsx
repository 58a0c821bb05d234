import { Alert, Button, Group, Radio, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { IMPORT_FIELDS, type DuplicatePolicy, type ImportField, type LeadImport } from '@/api/types'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { useSession } from '@/lib/auth/permissions'
import { plural } from '@/lib/format'
import { explain, isProblem } from '@/lib/problem'
import { importQuery, saveMapping } from '../api/imports'
import { useStages } from '../api/use-stages'
import { delimiterChoices, encodingChoices, FIELD_LABELS, initialState, mappingProblems, setCustomName, setField, stageValues, toMapping, type WizardColumn, type WizardState } from '../import-wizard'
import classes from '../screens/import.module.css'

const FIELD_DATA = IMPORT_FIELDS.map(value => ({ value, label: FIELD_LABELS[value] }))

export function ImportMap({ item }: { item: LeadImport }) {
  const { pipeline, stages } = useStages()
  const { tenant } = useSession()
  // Stage guesses need the stages; waiting for them beats overwriting what was chosen meanwhile.
  return pipeline ? <MapForm item={item} stages={stages} country={tenant.country} /> : null
}

function MapForm({ item, stages, country }: { item: LeadImport; stages: ReturnType<typeof useStages>['stages']; country: string }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [state, setState] = useState(() => initialState(item, stages, country))
  const [tried, setTried] = useState(false)
  const problems = mappingProblems(state)
  const values = stageValues(item, state)

  const keep = (updated: LeadImport) => client.setQueryData(importQuery(item.id).queryKey, updated)
  const reread = useMutation({
    meta: { showsError: true },
    mutationFn: (change: Partial<WizardState>) => saveMapping(item.id, { ...toMapping({ ...state, ...change }), columns: [] }),
    onSuccess: keep,
  })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: () => saveMapping(item.id, toMapping(state)),
    onSuccess: updated => {
      keep(updated)
      void navigate({ to: '/imports/$importId', params: { importId: item.id }, search: { step: 'check' } })
    },
  })
  const failure = save.error ?? reread.error
  const next = () => {
    setTried(true)
    if (problems.size === 0) save.mutate()
  }
  const mapped = state.columns.filter(column => column.field).length
  return (
    <Stack gap="md">
      <Section title="The file" note="Detected from its content. Change it if the preview looks wrong.">
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 4 }} spacing="sm">
          <Select label="Encoding" data={encodingChoices(item.encoding)} value={item.encoding} allowDeselect={false} disabled={reread.isPending} onChange={encoding => encoding && reread.mutate({ encoding })} />
          <Select label="Delimiter" data={delimiterChoices(item.delimiter)} value={item.delimiter} allowDeselect={false} disabled={reread.isPending} onChange={delimiter => delimiter && reread.mutate({ delimiter })} />
          <TextInput label="Country of phone numbers" description={undefined} placeholder="DE" maxLength={2} value={state.defaultCountry} onChange={event => setState({ ...state, defaultCountry: event.currentTarget.value.toUpperCase() })} />
          <Switch label="First row is a header" mt={{ base: 0, sm: 30 }} checked={item.hasHeader} disabled={reread.isPending} onChange={event => reread.mutate({ hasHeader: event.currentTarget.checked })} />
        </SimpleGrid>
      </Section>
      <Section title="Preview" flush>
        <Preview item={item} />
      </Section>
      <Section title="Columns" note={`${plural(mapped, 'column')} of ${state.columns.length} will be imported`} flush>
        <div className={classes.columns}>
          {state.columns.map(column => (
            <ColumnRow
              key={column.index}
              column={column}
              error={tried || column.field ? problems.get(column.index) : undefined}
              onField={field => setState(current => setField(current, column.index, field))}
              onName={name => setState(current => setCustomName(current, column.index, name))}
            />
          ))}
        </div>
      </Section>
      {values.length > 0 && (
        <Section title="Stages" note="Which of your stages does each value in the file mean? Values left open go to the first stage.">
          <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="sm">
            {values.map(value => (
              <Select
                key={value}
                label={value}
                placeholder="First stage"
                clearable
                data={stages.map(stage => ({ value: stage.id, label: stage.name }))}
                value={state.stageMapping[value] ?? null}
                onChange={stage => setState(current => ({ ...current, stageMapping: { ...current.stageMapping, [value]: stage ?? '' } }))}
              />
            ))}
          </SimpleGrid>
        </Section>
      )}
      <Section title="People who are already leads">
        <Radio.Group aria-label="People who are already leads" value={state.duplicatePolicy} onChange={value => setState({ ...state, duplicatePolicy: value as DuplicatePolicy })}>
          <Stack gap="xs">
            <Radio value="update" label="Update them with what is in the file" description="Cells that are empty in the file change nothing." />
            <Radio value="skip" label="Leave them as they are" description="They are counted as duplicates." />
          </Stack>
        </Radio.Group>
      </Section>
      {tried && problems.get(-1) && (
        <Alert color="red" role="alert">
          {problems.get(-1)}
        </Alert>
      )}
      <FormError message={failure ? describe(failure) : undefined} />
      <Group justify="flex-end" className={classes.foot}>
        <Button onClick={next} loading={save.isPending} rightSection={<ArrowRight size={14} />}>
          Continue to check
        </Button>
      </Group>
    </Stack>
  )
}

function describe(error: unknown) {
  const errors = isProblem(error) ? Object.values(error.problem.errors ?? {}).flat() : []
  return errors.length > 0 ? errors.join(' ') : (explain(error).advice ?? explain(error).title)
}

interface RowProps {
  column: WizardColumn
  error?: string
  onField: (field: ImportField | null) => void
  onName: (name: string) => void
}

function ColumnRow({ column, error, onField, onName }: RowProps) {
  return (
    <div className={classes.column}>
      <div style={{ minWidth: 0 }}>
        <div className={classes.colName}>{column.name || `Column ${column.index + 1}`}</div>
        <div className={`${classes.sample} tl-truncate`}>{column.sample.filter(Boolean).slice(0, 3).join(' · ') || 'no values in the first rows'}</div>
      </div>
      <ArrowRight size={15} aria-hidden />
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Select
          aria-label={`Field for ${column.name}`}
          placeholder="Do not import"
          clearable
          searchable
          data={FIELD_DATA}
          value={column.field}
          onChange={value => onField(value as ImportField | null)}
          error={column.field === 'custom' ? undefined : error}
          style={{ flex: 1 }}
        />
        {column.field === 'custom' && (
          <TextInput aria-label={`Custom field name for ${column.name}`} placeholder="fieldName" value={column.customName} onChange={event => onName(event.currentTarget.value)} error={error} style={{ flex: 1 }} />
        )}
      </Group>
    </div>
  )
}

function Preview({ item }: { item: LeadImport }) {
  return (
    // Wide files scroll sideways, with the keyboard too.
    <div className={classes.preview} tabIndex={0} role="region" aria-label="First rows of the file">
      <table>
        <thead>
          <tr>
            {item.columns.map(column => (
              <th key={column.index} scope="col">
                {column.name || `Column ${column.index + 1}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {item.preview.map((row, index) => (
            <tr key={index}>
              {item.columns.map((column, at) => (
                <td key={column.index}>{row[at]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
