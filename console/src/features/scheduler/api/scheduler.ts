import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Id, Schedule, ScheduledTask, ScheduleExecution, ScheduleFields, ScheduleTarget } from '@/api/types'
import { api, getList, getPage } from '@/lib/api-client'

const base = '/api/scheduler'

export const schedulesQuery = queryOptions({ queryKey: ['scheduler', 'schedules'], queryFn: ({ signal }) => getList<Schedule>(`${base}/schedules`, { limit: 200 }, signal) })
export const nextTimesQuery = (id: Id) => queryOptions({ queryKey: ['scheduler', 'next', id], queryFn: ({ signal }) => getList<string>(`${base}/schedules/${id}/next`, undefined, signal) })
export const executionsQuery = (id: Id) => queryOptions({ queryKey: ['scheduler', 'executions', id], queryFn: ({ signal }) => getList<ScheduleExecution>(`${base}/schedules/${id}/executions`, { limit: 20 }, signal) })
export const tasksQuery = infiniteQueryOptions({
  queryKey: ['scheduler', 'tasks'],
  queryFn: ({ pageParam, signal }) => getPage<ScheduledTask>(`${base}/tasks`, { limit: 50, cursor: pageParam }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: page => page.next ?? undefined,
})

export const createSchedule = (fields: ScheduleFields) => api.post<Schedule>(`${base}/schedules`, fields)
export const updateSchedule = (schedule: Schedule, fields: Partial<ScheduleFields>) => api.patch<Schedule>(`${base}/schedules/${schedule.id}`, fields, schedule.version)
export const deleteSchedule = (id: Id) => api.delete(`${base}/schedules/${id}`)
export const actOnSchedule = (id: Id, verb: 'run' | 'pause' | 'resume') => api.post(`${base}/schedules/${id}/${verb}`)

export const targetName = (target: ScheduleTarget | undefined) => (target?.event ? `Event ${target.event}` : target?.job ? `Job ${target.job}` : '–')
