import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { meQuery } from '../api/identity'
import { ApiKeysSection } from '../components/api-keys-section'
import { EmailSection } from '../components/email-section'
import { NameSection } from '../components/name-section'
import { PasswordSection } from '../components/password-section'
import { SecondFactorSection } from '../components/second-factor-section'
import { SessionsSection } from '../components/sessions-section'
import { SettingsPage } from '../components/settings-page'

/** What is a person's own, whatever workspace they are in; and the keys that they have made for this one. */
export function Account() {
  const me = useQuery(meQuery)
  const mayMakeKeys = useCan('apikeys:write')
  return (
    <SettingsPage layout="narrow">
      <Loaded query={me}>
        {({ user }) => (
          <Stack>
            <NameSection user={user} />
            <EmailSection user={user} />
            <PasswordSection />
            <SecondFactorSection />
            <SessionsSection />
            {mayMakeKeys && <ApiKeysSection />}
          </Stack>
        )}
      </Loaded>
    </SettingsPage>
  )
}
