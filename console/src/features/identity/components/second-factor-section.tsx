import { Alert, Button, Code, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Section } from '@/components/ui/section'
import { FormError, Loaded } from '@/components/ui/states'
import { confirmTotp } from '@/lib/auth/session'
import { useFormat } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { beginTotp, removeSecondFactor, replaceRecoveryCodes, secondFactorQuery, type SecondFactor, type TotpSecret } from '../api/account'
import { RecoveryCodes } from './recovery-codes'

type Step = 'enrol' | 'codes' | 'remove'

export function SecondFactorSection() {
  const state = useQuery(secondFactorQuery)
  const [step, setStep] = useState<Step>()
  return (
    <Section title="Second factor" note="A code from an app on your phone, besides the password.">
      <Loaded query={state}>{data => <State state={data} onStep={setStep} />}</Loaded>
      <Modal opened={step === 'enrol'} onClose={() => setStep(undefined)} title="Use an authenticator app" closeOnClickOutside={false}>
        <Enrol onClose={() => setStep(undefined)} />
      </Modal>
      <Modal opened={step === 'codes'} onClose={() => setStep(undefined)} title="New recovery codes" closeOnClickOutside={false}>
        <NewCodes onClose={() => setStep(undefined)} />
      </Modal>
      <Modal opened={step === 'remove'} onClose={() => setStep(undefined)} title="Remove the authenticator app">
        <Remove onClose={() => setStep(undefined)} />
      </Modal>
    </Section>
  )
}

function State({ state, onStep }: { state: SecondFactor; onStep: (step: Step) => void }) {
  const format = useFormat()
  if (!state.enabled) {
    return (
      <Stack maw={460} align="flex-start">
        <Text>Your account opens with the password alone.</Text>
        <Button onClick={() => onStep('enrol')}>Use an authenticator app</Button>
      </Stack>
    )
  }
  return (
    <Stack maw={460} align="flex-start">
      <Text>
        An authenticator app is asked for since {format.date(state.enabledAt)}. {state.recoveryCodesLeft} recovery codes are left.
      </Text>
      {state.recoveryCodesLeft < 3 && <Alert color="yellow">Get new recovery codes: without them and without your phone nobody can let you in.</Alert>}
      <Group gap="xs">
        <Button variant="default" onClick={() => onStep('codes')}>
          New recovery codes
        </Button>
        <Button variant="default" onClick={() => onStep('remove')}>
          Remove the app
        </Button>
      </Group>
    </Stack>
  )
}

function Enrol({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [secret, setSecret] = useState<TotpSecret>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) {
    return (
      <RecoveryCodes
        codes={codes}
        onClose={() => {
          void client.invalidateQueries({ queryKey: ['identity'] })
          onClose()
        }}
      />
    )
  }
  return secret ? <EnterCode secret={secret} onDone={setCodes} /> : <EnterPassword onDone={setSecret} />
}

function EnterPassword({ onDone }: { onDone: (secret: TotpSecret) => void }) {
  const form = useForm({ initialValues: { password: '' }, validate: { password: value => (value ? null : 'Enter your password') } })
  const begin = useMutation({
    meta: { showsError: true },
    mutationFn: beginTotp,
    onSuccess: onDone,
    onError: error => form.setErrors(toFormErrors(error, ['password']).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => begin.mutate(values.password))} noValidate>
      <Stack gap="sm">
        <PasswordInput label="Your password" autoComplete="current-password" data-autofocus {...form.getInputProps('password')} />
        <FormError message={begin.error ? toFormErrors(begin.error, ['password']).rest : undefined} />
        <Button type="submit" loading={begin.isPending}>
          Continue
        </Button>
      </Stack>
    </form>
  )
}

function EnterCode({ secret, onDone }: { secret: TotpSecret; onDone: (codes: string[]) => void }) {
  const form = useForm({ initialValues: { code: '' }, validate: { code: value => (/^[\d\s]{6,}$/.test(value.trim()) ? null : 'Enter the six digits that the app shows') } })
  const confirm = useMutation({
    meta: { showsError: true },
    mutationFn: confirmTotp,
    onSuccess: onDone,
    onError: error => form.setErrors(toFormErrors(error, ['code']).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => confirm.mutate(values.code))} noValidate>
      <Stack gap="sm">
        <Text size="sm">
          On your phone, open <a className="tl-link" href={secret.uri}>this account in your authenticator app</a>. On another device, add an account there by hand with this key:
        </Text>
        <Code block>{secret.secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
        <TextInput label="Code that the app shows" inputMode="numeric" autoComplete="one-time-code" data-autofocus {...form.getInputProps('code')} />
        <FormError message={confirm.error ? toFormErrors(confirm.error, ['code']).rest : undefined} />
        <Text size="sm" c="dimmed">
          All other devices are signed out.
        </Text>
        <Button type="submit" loading={confirm.isPending}>
          Turn it on
        </Button>
      </Stack>
    </form>
  )
}

function NewCodes({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />
  return (
    <Proof
      action="Get new codes"
      note="The codes that you have now stop working."
      run={replaceRecoveryCodes}
      onDone={answer => {
        setCodes(answer.recoveryCodes)
        void client.invalidateQueries({ queryKey: secondFactorQuery.queryKey })
      }}
    />
  )
}

function Remove({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  return (
    <Proof
      action="Remove the app"
      note="Your account opens with the password alone then."
      run={removeSecondFactor}
      onDone={() => {
        notifications.show({ message: 'The authenticator app is removed' })
        void client.invalidateQueries({ queryKey: secondFactorQuery.queryKey })
        onClose()
      }}
    />
  )
}

function Proof<T>({ action, note, run, onDone }: { action: string; note: string; run: (password: string) => Promise<T>; onDone: (answer: T) => void }) {
  const form = useForm({ initialValues: { password: '' }, validate: { password: value => (value ? null : 'Enter your password') } })
  const prove = useMutation({
    meta: { showsError: true },
    mutationFn: run,
    onSuccess: onDone,
    onError: error => form.setErrors(toFormErrors(error, ['password']).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => prove.mutate(values.password))} noValidate>
      <Stack gap="sm">
        <Text size="sm">{note}</Text>
        <PasswordInput label="Your password" autoComplete="current-password" data-autofocus {...form.getInputProps('password')} />
        <FormError message={prove.error ? toFormErrors(prove.error, ['password']).rest : undefined} />
        <Button type="submit" loading={prove.isPending}>
          {action}
        </Button>
      </Stack>
    </form>
  )
}
