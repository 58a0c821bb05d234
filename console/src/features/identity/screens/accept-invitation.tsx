import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { FormError } from '@/components/ui/states'
import { acceptInvitation } from '@/lib/auth/session'
import { isProblem, toFormErrors } from '@/lib/problem'
import { AuthLayout } from '../components/auth-layout'
import { CodeInput } from '../components/code-input'
import { NewPassword, passwordProblem } from '../components/new-password'
import { acceptRoute } from '../routes'

const FIELDS = ['name', 'password', 'code'] as const

export function AcceptInvitation() {
  const navigate = useNavigate()
  const { token = '' } = acceptRoute.useSearch()
  const [asksForCode, setAsksForCode] = useState(false)
  const form = useForm({
    initialValues: { name: '', password: '', code: '' },
    validate: { name: value => (value.trim() ? null : 'Enter your name'), password: passwordProblem },
  })
  const accept = useMutation({
    meta: { showsError: true },
    mutationFn: ({ code, ...body }: typeof form.values) => acceptInvitation(asksForCode ? { ...body, token, code } : { ...body, token }),
    onSuccess: () => navigate({ to: '/', replace: true }),
    onError: error => {
      if (isProblem(error, 'second_factor_required')) setAsksForCode(true)
      else form.setErrors(toFormErrors(error, FIELDS).fields)
    },
  })
  const foot = (
    <Link to="/sign-in" className="tl-link">
      Go to sign in
    </Link>
  )
  if (!token) {
    return (
      <AuthLayout title="This link is not complete" lead="Open the link in the invitation email again, or ask for a new invitation." foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  return (
    <AuthLayout title="Join your team" lead="Choose how you appear to your colleagues, and a password." foot={foot}>
      <form onSubmit={form.onSubmit(values => accept.mutate(values))} noValidate>
        <Stack gap="sm">
          <TextInput label="Your name" autoComplete="name" size="md" data-autofocus {...form.getInputProps('name')} />
          <NewPassword {...form.getInputProps('password')} />
          {asksForCode && <CodeInput {...form.getInputProps('code')} />}
          <FormError message={accept.error && !isProblem(accept.error, 'second_factor_required') ? toFormErrors(accept.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={accept.isPending}>
            Join workspace
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
