import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ConfirmProvider } from '@/components/ui/confirm'
import { resolver, theme } from './theme'

const colorScheme = localStorageColorSchemeManager({ key: 'tideline-color-scheme' })

export function Providers({ client, env, children }: { client: QueryClient; env?: 'test'; children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto" env={env} colorSchemeManager={colorScheme}>
      <QueryClientProvider client={client}>
        <ConfirmProvider>
          <Notifications position="bottom-right" limit={4} />
          {children}
        </ConfirmProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
