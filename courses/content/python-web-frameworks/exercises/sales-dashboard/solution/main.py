import streamlit as st

st.title("Sales Dashboard")

sales = [120, 150, 170, 160]
st.line_chart(sales)
