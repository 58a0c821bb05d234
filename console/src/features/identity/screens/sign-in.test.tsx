import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { json, renderApp } from '@/testing/render'
import { SignIn } from './sign-in'

const navigate = vi.fn()
let search: { redirect?: string } = {}

vi.mock('@tanstack/react-router', async original => ({
  ...(await original<typeof import('@tanstack/react-router')>()),
  useNavigate: () => navigate,
  Link: ({ children }: { children: React.ReactNode }) => <span>{children}</span>,
}))
vi.mock('../routes', () => ({ signInRoute: { useSearch: () => search } }))

const answer = vi.fn<() => Response>()

beforeEach(() => {
  navigate.mockReset()
  search = {}
  vi.stubGlobal('fetch', async () => answer())
})

async function submit(email = 'ada@example.com', password = 'a long password') {
  renderApp(<SignIn />)
  if (email) await userEvent.type(screen.getByLabelText('Email'), email)
  if (password) await userEvent.type(screen.getByLabelText('Password'), password)
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
}

const session = { accessToken: 'a', expiresIn: 900, user: { id: 'u', email: 'ada@example.com', name: 'Ada' }, tenant: null, role: null, permissions: [] }

test('a wrong password is said above the button, and nothing is lost', async () => {
  answer.mockReturnValue(json({ title: 'Not signed in', status: 401, code: 'invalid_credentials' }, 401))
  await submit()
  expect(await screen.findByRole('alert')).toHaveTextContent('The email address or the password is not right')
  expect(screen.getByLabelText('Email')).toHaveValue('ada@example.com')
  expect(navigate).not.toHaveBeenCalled()
})

test('an error of one field appears at that field', async () => {
  answer.mockReturnValue(json({ title: 'Invalid', status: 400, errors: { Email: ['This domain does not exist.'] } }, 400))
  await submit()
  expect(await screen.findByText('This domain does not exist.')).toBeVisible()
  expect(screen.getByLabelText('Email')).toHaveAttribute('aria-invalid', 'true')
})

test('an empty form asks before it sends', async () => {
  await submit('', '')
  expect(await screen.findByText('Enter your password')).toBeVisible()
  expect(navigate).not.toHaveBeenCalled()
})

test.each([
  [undefined, '/'],
  ['/leads?status=new', '/leads?status=new'],
  ['//evil.example', '/'],
])('after signing in, %s leads to %s', async (redirect, href) => {
  search = { redirect }
  answer.mockReturnValue(json(session))
  await submit()
  await vi.waitFor(() => expect(navigate).toHaveBeenCalledWith({ href, replace: true }))
})

test('an account with a second factor asks for a code, and sends it with what was typed before', async () => {
  const sent: unknown[] = []
  answer.mockReturnValueOnce(json({ title: 'A code is needed', status: 401, code: 'second_factor_required' }, 401)).mockReturnValue(json(session))
  vi.stubGlobal('fetch', async (_path: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)))
    return answer()
  })
  await submit()
  await userEvent.type(await screen.findByLabelText('Code'), '123456')
  expect(screen.queryByRole('alert')).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
  await vi.waitFor(() => expect(navigate).toHaveBeenCalled())
  expect(sent).toEqual([
    { email: 'ada@example.com', password: 'a long password' },
    { email: 'ada@example.com', password: 'a long password', code: '123456' },
  ])
})
