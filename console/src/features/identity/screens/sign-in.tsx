import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { FormError } from '@/components/ui/states'
import { signIn, useAuth } from '@/lib/auth/session'
import { isProblem, toFormErrors } from '@/lib/problem'
import { AuthLayout } from '../components/auth-layout'
import { CodeInput } from '../components/code-input'
import { signInRoute } from '../routes'

const FIELDS = ['email', 'password', 'code'] as const

export function SignIn() {
  const navigate = useNavigate()
  const auth = useAuth()
  const { redirect } = signInRoute.useSearch()
  const [asksForCode, setAsksForCode] = useState(false)
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: {
      email: value => (value.includes('@') ? null : 'Enter your email address'),
      password: value => (value ? null : 'Enter your password'),
      code: value => (asksForCode && !value.trim() ? 'Enter the code' : null),
    },
  })
  const enter = useMutation({
    meta: { showsError: true },
    mutationFn: ({ code, ...body }: typeof form.values) => signIn(asksForCode ? { ...body, code } : body),
    onSuccess: () => navigate({ href: redirect && !redirect.startsWith('//') ? redirect : '/', replace: true }),
    onError: error => {
      if (isProblem(error, 'second_factor_required')) setAsksForCode(true)
      else form.setErrors(toFormErrors(error, FIELDS).fields)
    },
  })

  return (
    <AuthLayout
      title="Sign in"
      lead="Welcome back."
      foot={
        <>
          New here?{' '}
          <Link to="/register" className="tl-link">
            Create a workspace
          </Link>
        </>
      }
    >
      <form onSubmit={form.onSubmit(values => enter.mutate(values))} noValidate>
        <Stack gap="sm">
          {auth.status === 'signedOut' && auth.expired && <Alert color="gray">Your session has ended. Sign in to continue where you were.</Alert>}
          <TextInput label="Email" type="email" autoComplete="username" size="md" data-autofocus {...form.getInputProps('email')} />
          <PasswordInput label="Password" autoComplete="current-password" size="md" {...form.getInputProps('password')} />
          <Link to="/forgot-password" className="tl-link">
            Forgot your password?
          </Link>
          {asksForCode && <CodeInput {...form.getInputProps('code')} />}
          <FormError message={enter.error && !isProblem(enter.error, 'second_factor_required') ? toFormErrors(enter.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={enter.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
