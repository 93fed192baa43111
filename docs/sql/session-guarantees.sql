-- The session guarantees over a history that `ratchet export --to parquet` has written, as docs/HISTORY.md defines them.
-- One row per property: how many values it judged, and how many of them are older than a value that they must not be older
-- than. Runs in DuckDB and BigQuery, over a table or view `history`; docs/PARQUET.md shows how to create it.
with events as (
  select *,
    case when progress is not null
      then dense_rank() over (order by case when progress is null then 1 else 0 end, generation, progress)
    end as value_rank
  from history
),

-- What each session was shown: without any `show`, the completed reads.
shown as (
  select * from events
  where event_type = 'ok'
    and f = case when exists (select 1 from history where f = 'show') then 'show' else 'read' end
),
views as (
  select *,
    max(value_rank) over before as floor_rank,
    max(case when status = 'completed' then generation end) over before as completed_generation,
    max(case when status = 'failed' then generation end) over before as failed_generation
  from shown
  window before as (
    partition by session, story order by event_index rows between unbounded preceding and 1 preceding
  )
),

commits as (
  select *,
    max(value_rank) over before as floor_rank,
    max(case when status = 'completed' then generation end) over before as completed_generation,
    max(case when status = 'failed' then generation end) over before as failed_generation
  from events
  where f = 'commit'
  window before as (partition by story order by event_index rows between unbounded preceding and 1 preceding)
),

-- What each session knew when a read began: by its reads, and by its writes.
known as (
  select *,
    max(case when is_read then value_rank end) over before as read_rank,
    max(case when is_read and status = 'completed' then generation end) over before as read_completed_generation,
    max(case when is_read and status = 'failed' then generation end) over before as read_failed_generation,
    max(case when is_write then value_rank end) over before as written_rank,
    max(case when is_write and status = 'completed' then generation end) over before as written_completed_generation,
    max(case when is_write and status = 'failed' then generation end) over before as written_failed_generation
  from (
    select *,
      event_type = 'ok' and f = 'read' as is_read,
      event_type = 'ok' and f in ('write', 'start', 'cas') as is_write
    from events
    where f in ('read', 'write', 'start', 'cas')
  ) as operations
  window before as (
    partition by session, story order by event_index rows between unbounded preceding and 1 preceding
  )
),
reads as (
  select r.generation, r.status, r.value_rank,
    i.read_rank, i.read_completed_generation, i.read_failed_generation,
    i.written_rank, i.written_completed_generation, i.written_failed_generation
  from events as r
  join known as i on i.event_index = r.mate_index
  where r.f = 'read' and r.event_type = 'ok'
),

-- Where each value was committed first and last. The initial value precedes all commits.
committed as (
  select story, value_id,
    min(case when not is_initial then event_index end) as first_commit,
    max(event_index) as last_commit
  from events
  where f = 'commit'
  group by story, value_id
),
-- Reads, with the first commit of their value, and the beginnings of writes, with the last one.
followed as (
  select e.event_index, e.session, c.first_commit as source, cast(null as bigint) as last_commit
  from events as e
  join committed as c on c.story = e.story and c.value_id = e.value_id
  where e.f = 'read' and e.event_type = 'ok'
  union all
  select i.event_index, i.session, null, c.last_commit
  from events as i
  left join events as d on d.event_index = i.mate_index
  join committed as c on c.story = i.story and c.value_id = coalesce(d.value_id, i.value_id)
  where i.f in ('write', 'start', 'cas') and i.event_type = 'invoke' and coalesce(d.event_type, 'info') <> 'fail'
),
writes as (
  select event_index, last_commit,
    max(source) over (
      partition by session order by event_index rows between unbounded preceding and 1 preceding
    ) as source
  from followed
),

counted as (
  select
    (select count(*) from events where f = 'read' and event_type = 'ok') as reads,
    (select count(*) from events where f in ('write', 'start', 'cas') and event_type = 'ok') as written,
    (select count(*) from events where f = 'commit') as commits
)

select 'monotonic-view' as property, count(*) as judged,
  count(case when value_rank < floor_rank
    or (generation = completed_generation and status <> 'completed')
    or (generation = failed_generation and status <> 'failed') then 1 end) as older
from views
union all
select 'monotonic-reads', count(*),
  count(case when value_rank < read_rank
    or (generation = read_completed_generation and status <> 'completed')
    or (generation = read_failed_generation and status <> 'failed') then 1 end)
from reads
union all
select 'read-your-writes', case when (select written from counted) = 0 then 0 else count(*) end,
  count(case when value_rank < written_rank
    or (generation = written_completed_generation and status <> 'completed')
    or (generation = written_failed_generation and status <> 'failed') then 1 end)
from reads
union all
select 'monotonic-commits', count(*),
  count(case when value_rank < floor_rank
    or (generation = completed_generation and status <> 'completed')
    or (generation = failed_generation and status <> 'failed') then 1 end)
from commits
union all
select 'writes-follow-reads', (select case when commits = 0 then 0 else reads end from counted),
  count(case when last_commit >= event_index and last_commit < source then 1 end)
from writes
