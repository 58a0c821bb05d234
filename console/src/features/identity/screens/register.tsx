import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { register } from '@/lib/auth/session'
import { isProblem, toFormErrors } from '@/lib/problem'
import { AuthLayout } from '../components/auth-layout'
import { NewPassword, passwordProblem } from '../components/new-password'

const FIELDS = ['name', 'email', 'password', 'tenantName'] as const

export function Register() {
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { name: '', email: '', password: '', tenantName: '' },
    validate: {
      name: value => (value.trim() ? null : 'Enter your name'),
      email: value => (/.+@.+/.test(value) ? null : 'Enter your email address'),
      tenantName: value => (value.trim() ? null : 'Enter a name for your workspace'),
      password: passwordProblem,
    },
  })
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: register,
    onSuccess: () => navigate({ to: '/', replace: true }),
    onError: error => form.setErrors(isProblem(error, 'email_taken') ? { email: 'There is an account with this address. Sign in instead.' } : toFormErrors(error, FIELDS).fields),
  })
  return (
    <AuthLayout
      title="Create your workspace"
      lead="You become its owner and can invite your team next."
      foot={
        <>
          Already have an account?{' '}
          <Link to="/sign-in" className="tl-link">
            Sign in
          </Link>
        </>
      }
    >
      <form onSubmit={form.onSubmit(values => create.mutate(values))} noValidate>
        <Stack gap="sm">
          <TextInput label="Your name" autoComplete="name" size="md" data-autofocus {...form.getInputProps('name')} />
          <TextInput label="Work email" type="email" autoComplete="username" size="md" {...form.getInputProps('email')} />
          <TextInput label="Workspace name" placeholder="Your company" autoComplete="organization" size="md" {...form.getInputProps('tenantName')} />
          <NewPassword {...form.getInputProps('password')} />
          <FormError message={create.error && !isProblem(create.error, 'email_taken') ? toFormErrors(create.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={create.isPending}>
            Create workspace
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
