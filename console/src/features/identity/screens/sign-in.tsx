import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { signIn, useAuth } from '@/lib/auth/session'
import { toFormErrors } from '@/lib/problem'
import { AuthLayout } from '../components/auth-layout'
import { signInRoute } from '../routes'

export function SignIn() {
  const navigate = useNavigate()
  const auth = useAuth()
  const { redirect } = signInRoute.useSearch()
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: { email: value => (value.includes('@') ? null : 'Enter your email address'), password: value => (value ? null : 'Enter your password') },
  })
  const enter = useMutation({
    meta: { showsError: true },
    mutationFn: signIn,
    onSuccess: () => navigate({ href: redirect && !redirect.startsWith('//') ? redirect : '/', replace: true }),
    onError: error => form.setErrors(toFormErrors(error, ['email', 'password']).fields),
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
          <FormError message={enter.error ? toFormErrors(enter.error, ['email', 'password']).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={enter.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
